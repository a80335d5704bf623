@echo off
rem Runs the command line from a checkout: builds it on first use and whenever the sources are
rem newer than the build, then runs it. See the file "statecraft" beside this one for the settings.
setlocal
set "ROOT=%~dp0"
set "DEPENDENCIES=%ROOT%cli\target\dependencies.classpath"

if defined JAVA_HOME (set "JAVA=%JAVA_HOME%\bin\java.exe") else (set "JAVA=java.exe")
"%JAVA%" --version >nul 2>&1
if errorlevel 1 (
  echo statecraft: found no java; expected a JDK 17 or newer in JAVA_HOME or on the PATH 1>&2
  exit /b 1
)
for /f "tokens=2 delims=. " %%v in ('""%JAVA%" --version" 2^>nul ^| findstr /b "openjdk java"') do set "VERSION=%%v"
if %VERSION% LSS 17 (
  echo statecraft: found java %VERSION%; expected a JDK 17 or newer in JAVA_HOME or on the PATH 1>&2
  exit /b 1
)

powershell -NoProfile -Command ^
  "$d = Get-Item -ErrorAction SilentlyContinue $env:DEPENDENCIES; if (-not $d) { exit 1 };" ^
  "Set-Location $env:ROOT;" ^
  "$s = Get-ChildItem -Recurse -File -Path *\src\main, pom.xml, *\pom.xml;" ^
  "if ($s | Where-Object { $_.LastWriteTime -gt $d.LastWriteTime }) { exit 1 }; exit 0"
if errorlevel 1 (
  echo statecraft: building ^(the first time, this downloads the dependencies^) 1>&2
  pushd "%ROOT%"
  call mvnw.cmd -q -DskipTests %STATECRAFT_BUILD_ARGS% -pl cli -am process-classes 1>&2
  if errorlevel 1 (
    popd
    echo statecraft: the build failed, see above 1>&2
    exit /b 1
  )
  popd
)

if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
if not defined OPENBLAS_THREAD_TIMEOUT set "OPENBLAS_THREAD_TIMEOUT=14"
if not defined DJL_OFFLINE set "DJL_OFFLINE=true"
if not defined STATECRAFT_HEAP set "STATECRAFT_HEAP=2g"

rem Native access and sun.misc.Unsafe, of which newer JDKs warn; see the file "statecraft".
set "ACCESS="
if %VERSION% GEQ 22 set "ACCESS=--enable-native-access=ALL-UNNAMED"
if %VERSION% GEQ 23 set "ACCESS=%ACCESS% --sun-misc-unsafe-memory-access=allow"

rem The class path is longer than a command line may be: it goes through an argument file.
set "ARGUMENTS=%ROOT%cli\target\java-arguments"
powershell -NoProfile -Command ^
  "$c = ('cli','studio','inference','training','adapters','models','parquet','data','formats','jinja','core','tensor','base' | ForEach-Object { $env:ROOT + $_ + '\target\classes' }) -join ';';" ^
  "$c = $c + ';' + (Get-Content -Raw $env:DEPENDENCIES).Trim();" ^
  "[IO.File]::WriteAllText($env:ARGUMENTS, '-cp \"' + $c.Replace('\', '\\') + '\"')"
"%JAVA%" -Xmx%STATECRAFT_HEAP% -XX:+UseSerialGC -XX:MaxNewSize=32m --add-modules jdk.incubator.vector %ACCESS% -Dorg.bytedeco.javacpp.nopointergc=true %STATECRAFT_JAVA_ARGS% "@%ARGUMENTS%" dev.statecraft.cli.Statecraft %*
exit /b %ERRORLEVEL%
