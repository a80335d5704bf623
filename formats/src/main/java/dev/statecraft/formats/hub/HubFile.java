package dev.statecraft.formats.hub;

import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;

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
    if (!InnerPath.isInner(path)) {
      throw new InvalidInputException(
          "file: expected a path within " + repository + ", found '" + path + "'");
    }
  }

  /** As in messages. */
  @Override
  public String toString() {
    return repository + " " + path;
  }
}
