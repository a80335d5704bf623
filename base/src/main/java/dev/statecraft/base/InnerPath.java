package dev.statecraft.base;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file's name that comes out of a file or from the net, as a path in a folder that it never
 * leaves.
 */
public final class InnerPath {
  /** Bytes of a part of a name that file systems take. */
  private static final int LONGEST = 255;

  private InnerPath() {}

  /**
   * Whether a name stays within the folder that it is resolved against, on any system: parts
   * between slashes, none of them empty, {@code .} or {@code ..}, none with a backslash, a colon or
   * a control character.
   */
  public static boolean isInner(String name) {
    return Arrays.stream(name.split("/", -1)).allMatch(InnerPath::isPart);
  }

  private static boolean isPart(String part) {
    return !part.isEmpty()
        && !part.equals(".")
        && !part.equals("..")
        && part.getBytes(StandardCharsets.UTF_8).length <= LONGEST
        && part.codePoints()
            .noneMatch(
                point ->
                    point == '\\'
                        || point == ':'
                        || Character.isISOControl(point)
                        || Character.getType(point) == Character.SURROGATE
                        || Character.getType(point) == Character.LINE_SEPARATOR
                        || Character.getType(point) == Character.PARAGRAPH_SEPARATOR);
  }

  /**
   * The file of a name.
   *
   * @param where what the message begins with: the file and the key that has the name
   * @throws InvalidInputException if the name is none of a file within the folder
   */
  public static Path of(Path folder, String name, String where) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      if (isInner(name) && root.resolve(name).normalize().startsWith(root)) {
        return folder.resolve(name);
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    throw new InvalidInputException(
        where + ": expected the name of a file in " + folder + ", found '" + name + "'");
  }

  /**
   * The file of a name that is there: where links lead, too, it is in the folder, or among the
   * contents that the Hub's cache keeps beside its snapshots.
   *
   * @throws InvalidInputException as {@link #of} does, or if a link leads elsewhere
   * @throws IOException if a link cannot be read
   */
  public static Path existing(Path folder, String name, String where) throws IOException {
    Path file = of(folder, name, where);
    if (!isWithin(folder, file)) {
      throw new InvalidInputException(
          where
              + ": expected a file in "
              + folder
              + ", found '"
              + name
              + "', a link to "
              + file.toRealPath());
    }
    return file;
  }

  /**
   * Whether a file is in a folder where links lead, or among the contents that the Hub's cache
   * keeps beside its snapshots; so is one that does not exist.
   *
   * @throws IOException if a link cannot be read
   */
  public static boolean isWithin(Path folder, Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) || !Files.exists(file)) {
      return true;
    }
    Path root = folder.toRealPath();
    Path real = file.toRealPath();
    Path snapshots = root.getParent();
    return real.startsWith(root)
        || (snapshots != null
            && snapshots.endsWith("snapshots")
            && real.startsWith(snapshots.resolveSibling("blobs")));
  }
}
