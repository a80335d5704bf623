package dev.statecraft.models.hub;

import dev.statecraft.models.InvalidInputException;

/**
 * A file of a repository of the Hub.
 *
 * @param repository where it is
 * @param path within the repository, such as {@code data/train.parquet}
 */
public record HubFile(HubId repository, String path) {
  /**
   * Checks the path.
   *
   * @throws InvalidInputException if it leads out of the repository
   */
  public HubFile {
    if (!isInside(path)) {
      throw new InvalidInputException(
          "file: expected a path within " + repository + ", found '" + path + "'");
    }
  }

  /** Whether a path stays within the folder that it is resolved against, on any system. */
  static boolean isInside(String path) {
    return path.matches("[^\\\\:\\x00]+") && !("/" + path + "/").matches(".*/(\\.{0,2})/.*");
  }

  /** As in messages. */
  @Override
  public String toString() {
    return repository + " " + path;
  }
}
