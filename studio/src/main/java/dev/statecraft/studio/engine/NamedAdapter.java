package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import java.nio.file.Path;

/**
 * An adapter and what it is called while it is open.
 *
 * @param name not {@link OpenModel#NONE}
 * @param path its folder, or the directory of the run that made it
 */
public record NamedAdapter(String name, Path path) {
  /**
   * Checks the name.
   *
   * @throws UsageException if it is none for an adapter
   */
  public NamedAdapter {
    if (name.isBlank() || name.equals(OpenModel.NONE)) {
      throw new UsageException(
          "adapter: expected a name other than '"
              + OpenModel.NONE
              + "', which is the model without one, found '"
              + name
              + "' for "
              + path);
    }
  }

  /** One that is called as its run is, or else as its folder. */
  public static NamedAdapter of(Path path) {
    return new NamedAdapter(AdapterPlace.of(path).name(), path);
  }
}
