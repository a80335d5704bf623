package dev.statecraft.studio.combine;

import dev.statecraft.base.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A finished run by a name.
 *
 * @param name what tables and files call it
 * @param folder the run directory
 */
public record NamedRun(String name, Path folder) {
  /**
   * Reads {@code NAME=DIR} or {@code DIR}, whose last part is then the name. A folder whose own
   * name has an equals sign is named by writing {@code NAME=} before it.
   *
   * @param path makes a path of a text
   */
  public static NamedRun parse(String text, Function<String, Path> path) {
    int equals = text.indexOf('=');
    boolean named = equals > 0 && text.substring(0, equals).indexOf('/') < 0;
    Path folder = path.apply(named ? text.substring(equals + 1) : text).normalize();
    String name =
        named ? text.substring(0, equals) : String.valueOf(folder.toAbsolutePath().getFileName());
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new UsageException(
          "--run: expected a name of letters, digits, '.', '_' and '-', found '"
              + name
              + "'; give one as NAME="
              + folder);
    }
    return new NamedRun(name, folder);
  }

  /**
   * Several, of different names.
   *
   * @throws UsageException if two have one name
   */
  public static List<NamedRun> parse(List<String> texts, Function<String, Path> path) {
    List<NamedRun> runs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String text : texts) {
      NamedRun run = parse(text, path);
      if (!names.add(run.name())) {
        throw new UsageException(
            "--run: expected runs of different names, found '"
                + run.name()
                + "' twice; give one as NAME="
                + run.folder());
      }
      runs.add(run);
    }
    return runs;
  }
}
