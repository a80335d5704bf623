package dev.statecraft.adapters;

import dev.statecraft.base.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An adapter that is written, but not in its place yet. Closed, it leaves nothing beside it.
 *
 * @param folder where it belongs
 * @param settings where its settings are until then
 * @param tensors where its tensors are
 */
public record StagedAdapter(Path folder, Path settings, Path tensors) implements AutoCloseable {
  /** Puts it in place of the one that the folder may hold, see {@link AdapterFolder#save}. */
  public void place() throws IOException {
    Files.deleteIfExists(folder.resolve(AdapterFolder.CONFIG_FILE));
    AtomicFile.move(tensors, folder.resolve(AdapterFolder.WEIGHTS_FILE));
    AtomicFile.move(settings, folder.resolve(AdapterFolder.CONFIG_FILE));
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(tensors);
    Files.deleteIfExists(settings);
  }
}
