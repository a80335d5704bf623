package dev.statecraft.formats.checkpoint;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Produces the data of a tensor when it is time to write it, so that tensors need not all be held.
 */
@FunctionalInterface
public interface TensorData {

  /**
   * Writes all of the tensor's bytes, row-major and little-endian, in as many parts as it likes.
   *
   * @throws IOException if writing fails
   */
  void writeTo(WritableByteChannel channel) throws IOException;
}
