package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What processes that were killed had been writing beside its place: hidden files and folders with
 * a random name.
 */
public final class Leftovers {
  private static final Pattern NAME = Pattern.compile("\\..+\\.[0-9a-f-]{36}\\.(tmp|new)");

  private Leftovers() {}

  /** Deletes those in a folder that nobody else writes to; none if there is no such folder. */
  public static void sweep(Path folder) throws IOException {
    sweep(folder, path -> true);
  }

  /** Deletes those of one file or folder, if some time has passed since they were written to. */
  public static void sweepOlder(Path target, long seconds) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    String name = "." + target.getFileName() + ".";
    long before = System.currentTimeMillis() - seconds * 1000;
    sweep(folder, path -> nameOf(path).startsWith(name) && changed(path) < before);
  }

  private static void sweep(Path folder, Predicate<Path> which) throws IOException {
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    List<Path> left;
    try (Stream<Path> entries = Files.list(folder)) {
      left = entries.filter(path -> NAME.matcher(nameOf(path)).matches()).filter(which).toList();
    }
    for (Path path : left) {
      FileTree.delete(path);
    }
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static long changed(Path path) {
    try {
      return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis();
    } catch (IOException e) {
      return Long.MAX_VALUE; // It has gone by itself.
    }
  }
}
