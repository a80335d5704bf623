package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Named tensors that can be read one at a time.
 *
 * <p>Opening a source reads names, types and shapes only; the data of a tensor is touched when it
 * is read. Sources may be read from several threads. Buffers handed out stay valid after {@link
 * #close}.
 */
public interface CheckpointSource extends AutoCloseable {

  /** Names of all tensors, in ascending order; unmodifiable. */
  Set<String> names();

  /**
   * Type and shape of a tensor.
   *
   * @throws InvalidInputException if there is no tensor of that name
   */
  TensorEntry entry(String name);

  /**
   * A part of a tensor's data, in row-major order. This is the way to read a tensor of 2 GiB or
   * more: part after part.
   *
   * @param offset first byte, a multiple of the element size
   * @param length number of bytes, a multiple of the element size
   * @return a read-only little-endian buffer of {@code length} bytes, starting at position 0;
   *     mapped from the file where the source is a file
   * @throws InvalidInputException if there is no tensor of that name
   * @throws IndexOutOfBoundsException if the part is not within the tensor
   * @throws IllegalArgumentException if the part splits an element
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  ByteBuffer read(String name, long offset, int length);

  /**
   * All of a tensor's data, as {@link #read(String, long, int)} gives it.
   *
   * @throws InvalidInputException if there is no tensor of that name
   * @throws IllegalArgumentException if the tensor is larger than a buffer can be (2 GiB - 1 byte)
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  default ByteBuffer read(String name) {
    TensorEntry entry = entry(name);
    if (entry.bytes() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          entry + " has " + entry.bytes() + " bytes, more than one buffer holds: read it in parts");
    }
    return read(name, 0, (int) entry.bytes());
  }

  /**
   * Names of the files that hold the tensors, each with its tensors; one file by default. The names
   * are those of files in one folder.
   */
  default SortedMap<String, SortedSet<String>> files() {
    return new TreeMap<>(Map.of(CheckpointFolder.SINGLE_FILE, new TreeSet<>(names())));
  }

  /** Where the parts of a matrix are that is held in 4 bits and shown as floats; empty if none. */
  default Optional<PackedMatrix> packed(String name) {
    return Optional.empty();
  }

  /** Free-form text that the source carries beside its tensors; unmodifiable, often empty. */
  Map<String, String> metadata();

  /**
   * Releases the files. Memory that is mapped goes when the last buffer is garbage.
   *
   * @throws java.io.UncheckedIOException if a file cannot be closed
   */
  @Override
  void close();
}
