package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.FileTree;
import dev.statecraft.base.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A folder that is filled beside its place and then moved there whole, so that nobody ever sees
 * half of it. What was not {@linkplain #commit moved} is deleted when this is closed.
 */
public final class NewFolder implements AutoCloseable {
  /**
   * One of them is in every folder that may be replaced: a model's, an adapter's, or of several.
   */
  private static final List<String> OURS =
      List.of("config.json", "adapter_config.json", "combined.json");

  private final Path place;
  private final Path partial;

  private NewFolder(Path place, Path partial) {
    this.place = place;
    this.partial = partial;
  }

  /**
   * Makes an empty folder beside a place.
   *
   * @param replace whether a folder that is there may be replaced
   * @throws UsageException if something is there that is not to be replaced
   * @throws IOException if it cannot be made
   */
  public static NewFolder beside(Path place, boolean replace) throws IOException {
    return beside(place, replace, OURS, "a model or an adapter");
  }

  /**
   * The same of another kind.
   *
   * @param marks one of these files is in a folder that may be replaced
   * @param kind what such a folder is, for messages
   */
  public static NewFolder beside(Path place, boolean replace, List<String> marks, String kind)
      throws IOException {
    Path target = place.toAbsolutePath().normalize();
    check(target, replace, marks, kind);
    Path partial =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    // No merge takes a day without writing a file.
    Leftovers.sweepOlder(target, 86_400);
    Files.createDirectories(partial);
    return new NewFolder(target, partial);
  }

  /**
   * Refuses a place whose folder, if it is replaced, takes something with it that is still read.
   *
   * @param source a file or folder
   * @throws UsageException if it is in that place
   */
  public static void requireApart(Path place, Path source) throws IOException {
    if (Files.exists(place)
        && Files.exists(source)
        && source.toRealPath().startsWith(place.toRealPath())) {
      throw new UsageException(
          place
              + ": expected a folder that is not read itself, found that "
              + source
              + " is there");
    }
  }

  private static void check(Path place, boolean replace, List<String> marks, String kind)
      throws IOException {
    if (!Files.exists(place)) {
      return;
    }
    if (!Files.isDirectory(place)) {
      throw new UsageException(place + ": expected a folder to be made, found a file");
    }
    try (Stream<Path> entries = Files.list(place)) {
      if (entries.findAny().isEmpty()) {
        return;
      }
    }
    if (!replace) {
      throw new UsageException(
          place + ": expected a folder that does not exist yet, found one; --force replaces it");
    }
    if (marks.stream().noneMatch(name -> Files.exists(place.resolve(name)))) {
      throw new UsageException(
          place + ": expected " + kind + " to replace, found a folder of other files");
    }
  }

  /** Where to write until everything is moved into place. */
  public Path path() {
    return partial;
  }

  /**
   * Moves the folder to its place. What was there goes only once the new one is complete.
   *
   * @throws IOException if it cannot be moved; what was there then stays
   */
  public void commit() throws IOException {
    Path old = partial.resolveSibling(partial.getFileName() + ".old");
    boolean there = Files.exists(place);
    if (there) {
      Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (there) {
        Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
    if (there) {
      FileTree.delete(old);
    }
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(partial)) {
      FileTree.delete(partial);
    }
  }
}
