import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Small faults put into the program one at a time, each of which must make a test fail: a test that
 * none of its mutants kills is no test.
 *
 * <p>Run from the repository's root by {@code java tools/mutants/Mutants.java [--built] [--sound]
 * [PART ...]}, where only mutants of which the class or the claim contains a PART are tried. It
 * builds classes and tests (not if they are {@code --built}) and lets each test pass once (not if
 * they are known to be {@code --sound}); each mutant is made in a copy of its one file in a
 * temporary folder, compiled there, and put in front of the class path of the tests. No file of the
 * checkout changes but in {@code target} folders. Ends with 0 if every mutant died.
 *
 * <p>{@code mutants.txt} is the list, with what its lines mean.
 */
public final class Mutants {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path LIST = Path.of("tools", "mutants", "mutants.txt");
  private static final int LIMIT_SECONDS = 600;

  /** What a mutant is. */
  private record Mutant(String claim, String type, String text, String with, List<String> tests) {
    String shown() {
      return type + ": " + claim;
    }
  }

  /** What became of a run of tests. */
  private record Outcome(boolean failed, String by) {}

  private final Path temporary;
  private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

  private Mutants(Path temporary) {
    this.temporary = temporary;
  }

  /** Tries the mutants; arguments choose among them. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> parts = new ArrayList<>(List.of(arguments));
    boolean built = parts.remove("--built");
    boolean sound = parts.remove("--sound");
    List<Mutant> mutants =
        read().stream()
            .filter(mutant -> parts.isEmpty() || parts.stream().anyMatch(mutant.shown()::contains))
            .toList();
    if (mutants.isEmpty()) {
      throw new IllegalArgumentException("none of the mutants has " + parts);
    }
    if (!built) {
      build();
    }
    Path temporary = Files.createTempDirectory("mutants");
    boolean dead;
    try {
      dead = new Mutants(temporary).tryAll(mutants, sound);
    } finally {
      delete(temporary);
    }
    System.exit(dead ? 0 : 1);
  }

  /** Blocks of lines {@code key: value}, between empty lines; {@code #} begins a comment. */
  private static List<Mutant> read() throws IOException {
    List<Mutant> mutants = new ArrayList<>();
    for (String block : Files.readString(ROOT.resolve(LIST)).split("\n\\s*\n")) {
      Map<String, String> values = new LinkedHashMap<>();
      for (String line : block.split("\n")) {
        if (!line.isBlank() && !line.startsWith("#")) {
          int colon = line.indexOf(':');
          values.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
      }
      if (!values.isEmpty()) {
        if (!values.keySet().equals(Set.of("claim", "class", "text", "with", "tests"))) {
          throw new IllegalArgumentException(LIST + ": claim, class, text, with, tests: " + values);
        }
        mutants.add(
            new Mutant(
                values.get("claim"),
                values.get("class"),
                values.get("text"),
                values.get("with"),
                List.of(values.get("tests").split(" +"))));
      }
    }
    return mutants;
  }

  private static void build() throws IOException, InterruptedException {
    List<String> command =
        List.of(
            ROOT.resolve(File.separatorChar == '/' ? "mvnw" : "mvnw.cmd").toString(),
            "-q",
            "-DskipTests",
            "test-compile",
            "dependency:build-classpath",
            "-Dmdep.outputFile=target/test.classpath",
            "-Dmdep.includeScope=test");
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      throw new IllegalStateException("the build failed, see above");
    }
  }

  private boolean tryAll(List<Mutant> mutants, boolean sound)
      throws IOException, InterruptedException {
    Set<String> passed = new HashSet<>();
    int survivors = 0;
    System.out.println("| class | claim | dies by | seconds |\n|---|---|---|---|");
    for (Mutant mutant : mutants) {
      for (String test : mutant.tests()) {
        if (!sound && passed.add(test) && run(test, List.of()).failed()) {
          System.out.println(test + " fails without a mutant");
          return false;
        }
      }
      long begin = System.nanoTime();
      Path classes = mutated(mutant);
      String by = "**survives**";
      for (String test : mutant.tests()) {
        Outcome outcome = run(test, List.of(classes));
        if (outcome.failed()) {
          by = "`" + test + "` " + outcome.by();
          break;
        }
      }
      survivors += by.startsWith("*") ? 1 : 0;
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
      System.out.printf("| `%s` | %s | %s | %d |%n", mutant.type(), mutant.claim(), by, seconds);
    }
    System.out.println(mutants.size() + " mutants, " + survivors + " of which survive");
    return survivors == 0;
  }

  /** Compiles the mutant's file into a folder of its own. */
  private Path mutated(Mutant mutant) throws IOException {
    Path file = source("main", mutant.type());
    String text = Files.readString(file);
    // Where the text has a space, the file may have a line's end.
    String[] words = mutant.text().split(" +");
    Pattern pattern =
        Pattern.compile(
            Arrays.stream(words).map(Pattern::quote).collect(Collectors.joining("\\s+")));
    if (pattern.matcher(text).results().count() != 1) {
      throw new IllegalArgumentException(
          LIST + ": expected once in " + file + ": " + mutant.text());
    }
    Path folder = Files.createTempDirectory(temporary, "mutant");
    Path copy = folder.resolve(file.getFileName());
    Files.writeString(
        copy, pattern.matcher(text).replaceFirst(Matcher.quoteReplacement(mutant.with())));
    Path classes = Files.createDirectory(folder.resolve("classes"));
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                new PrintWriter(messages),
                null,
                null,
                List.of(
                    "-proc:none",
                    "-nowarn",
                    "--add-modules",
                    "jdk.incubator.vector",
                    "-classpath",
                    classPath(module(file), List.of()),
                    "-d",
                    classes.toString()),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(copy))
            .call();
    if (!compiled) {
      throw new IllegalArgumentException(LIST + ": " + mutant.shown() + ": " + messages);
    }
    return classes;
  }

  /** Runs a test class, by its simple name. */
  private Outcome run(String test, List<Path> inFront) throws IOException, InterruptedException {
    Path file = source("test", test);
    Path module = module(file);
    String type =
        module
            .resolve("src/test/java")
            .relativize(file)
            .toString()
            .replace(File.separatorChar, '.');
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "--add-modules",
            "jdk.incubator.vector",
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Dstatecraft.root=" + ROOT,
            "-classpath",
            classPath(module, inFront),
            ROOT.resolve("tools/mutants/TestRun.java").toString(),
            type.substring(0, type.length() - ".java".length()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(module.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "OMP_WAIT_POLICY",
                "passive",
                "OPENBLAS_THREAD_TIMEOUT",
                "14",
                "DJL_OFFLINE",
                "true"));
    Path output = Files.createTempFile(temporary, "output", ".txt");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return new Outcome(true, "no end within " + LIMIT_SECONDS + " s");
    }
    String text = Files.readString(output);
    if (process.exitValue() == 2) {
      throw new IllegalStateException("no tests in " + type + "\n" + text);
    }
    String by =
        text.lines()
            .filter(line -> line.startsWith("KILLED "))
            .findFirst()
            .map(line -> line.substring("KILLED ".length()))
            .orElse("exit " + process.exitValue());
    return new Outcome(process.exitValue() != 0, by);
  }

  private static Path module(Path source) {
    return ROOT.resolve(ROOT.relativize(source).getName(0));
  }

  /** The one file of a class. */
  private static Path source(String kind, String type) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      List<Path> found =
          files
              .filter(file -> file.endsWith(type + ".java"))
              .filter(file -> file.startsWith(module(file).resolve("src").resolve(kind)))
              .toList();
      if (found.size() != 1) {
        throw new IllegalArgumentException(LIST + ": expected one file of " + type + ": " + found);
      }
      return found.get(0);
    }
  }

  private static String classPath(Path module, List<Path> inFront) throws IOException {
    String libraries = Files.readString(module.resolve("target/test.classpath")).strip();
    List<String> path = new ArrayList<>();
    inFront.forEach(folder -> path.add(folder.toString()));
    path.add(module.resolve("target/test-classes").toString());
    path.add(module.resolve("target/classes").toString());
    path.add(libraries);
    path.add(launcher(libraries));
    return String.join(File.pathSeparator, path);
  }

  /** JUnit's launcher, which Surefire has brought beside the engine of the same version. */
  private static String launcher(String libraries) {
    for (String library : libraries.split(File.pathSeparator)) {
      if (library.contains("junit-platform-engine")) {
        return library.replace("junit-platform-engine", "junit-platform-launcher");
      }
    }
    throw new IllegalStateException("no junit-platform-engine in " + libraries);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
