package dev.statecraft.studio.embed;

import java.io.IOException;

/** Writes vectors one at a time. */
public interface VectorWriter extends AutoCloseable {
  /**
   * Writes the next one.
   *
   * @param vector as wide as the first
   */
  void write(EmbedRow row, float[] vector) throws IOException;

  /** Completes what is written. */
  @Override
  void close() throws IOException;
}
