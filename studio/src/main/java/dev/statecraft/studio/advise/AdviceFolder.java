package dev.statecraft.studio.advise;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.base.UsageException;
import dev.statecraft.formats.checkpoint.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where an advice is written: {@value #PAGE}, {@value #JSON} and {@value #RECIPE}. */
public final class AdviceFolder {
  /** For people. */
  public static final String PAGE = "advice.html";

  static final String JSON = "advice.json";
  static final String RECIPE = "recipe.yaml";

  private static final List<String> OWN = List.of(PAGE, JSON, RECIPE);

  private final Path folder;

  private AdviceFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Chooses the folder, which is made when an advice is written.
   *
   * @param replace whether an advice that is there may be replaced
   * @throws UsageException if it holds an advice that may not, or anything else
   * @throws InvalidInputException if it cannot be made
   */
  public static AdviceFolder at(Path folder, boolean replace) {
    try {
      if (Files.exists(folder)) {
        check(folder, replace);
      }
      requireRoom(folder);
      return new AdviceFolder(folder);
    } catch (IOException e) {
      throw cannotBeMade(folder, e.getMessage(), e);
    }
  }

  /** Tells before the work what would be told after it. */
  private static void requireRoom(Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw cannotBeMade(folder, there + " is no folder that can be written to", null);
    }
  }

  private static InvalidInputException cannotBeMade(Path folder, String why, IOException cause) {
    return new InvalidInputException(
        folder + ": cannot make the folder of an advice: " + why, cause);
  }

  private static void check(Path folder, boolean replace) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new UsageException("output: expected a folder, found the file " + folder);
    }
    boolean isAdvice = Files.exists(folder.resolve(JSON));
    try (Stream<Path> entries = Files.list(folder)) {
      if (!entries.map(AdviceFolder::nameOf).allMatch(n -> isOwn(n, isAdvice))) {
        throw new UsageException(
            "output: expected a new or empty folder or one of an advice, found other files in "
                + folder);
      }
    }
    if (isAdvice && !replace) {
      throw new UsageException(
          "output: expected a folder without an advice, found one in "
              + folder
              + "; name another with --output, or replace it with --force");
    }
    Leftovers.sweep(folder);
  }

  /** Whether an advice has such a file, or a process that was killed had been writing it. */
  private static boolean isOwn(String name, boolean isAdvice) {
    return (isAdvice && OWN.contains(name))
        || OWN.stream().anyMatch(own -> name.startsWith("." + own + "."));
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** The recipe of the chosen edges. */
  public Path recipe() {
    return folder.resolve(RECIPE);
  }

  /** What people look at. */
  public Path page() {
    return folder.resolve(PAGE);
  }

  /**
   * Writes an advice, each file as a whole.
   *
   * @param page in HTML
   */
  public void write(Advice advice, String page) throws IOException {
    Files.createDirectories(folder);
    // The first: what has it is the folder of an advice.
    AtomicFile.write(folder.resolve(JSON), Json.pretty(AdviceJson.map(advice, recipe())));
    AtomicFile.write(recipe(), advice.recipe());
    AtomicFile.write(page(), page);
  }
}
