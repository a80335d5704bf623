package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * One safetensors file, memory-mapped a tensor at a time, so that neither the size of the file nor
 * the heap is a limit.
 *
 * <p>The layout is the one documented at <a
 * href="https://github.com/huggingface/safetensors#format">huggingface/safetensors</a>: the length
 * of the header as 8 bytes, little-endian; the header in JSON; the data. Everything that the header
 * says is checked when the file is opened, and a file with holes, overlaps or trailing bytes is
 * refused.
 */
public final class SafetensorsFile implements CheckpointSource {
  private static final int LENGTH_BYTES = 8;

  private final Path path;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;

  private SafetensorsFile(
      Path path, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.path = path;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
  }

  /**
   * Opens a file and validates its header.
   *
   * @throws InvalidInputException if there is no such file or it is not valid
   * @throws IOException if the file cannot be read
   */
  public static SafetensorsFile open(Path path) throws IOException {
    FolderKind.refusePointer(path);
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(path + ": expected a safetensors file, found none");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    boolean opened = false;
    try {
      long headerBytes = headerBytes(path, channel);
      byte[] json = new byte[Math.toIntExact(headerBytes)];
      readFully(channel, ByteBuffer.wrap(json), LENGTH_BYTES);
      long dataStart = LENGTH_BYTES + headerBytes;
      SafetensorsHeader header =
          SafetensorsHeader.parse(json, channel.size() - dataStart, path.toString());
      opened = true;
      return new SafetensorsFile(path, channel, header, dataStart);
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static long headerBytes(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw new InvalidInputException(
          path + ": expected a safetensors file of at least 8 bytes, found " + size);
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, length, 0);
    long headerBytes = length.getLong(0);
    long most = Math.min(SafetensorsHeader.MAX_BYTES, size - LENGTH_BYTES);
    if (headerBytes < 0 || headerBytes > most) {
      throw new InvalidInputException(
          path
              + ": expected a safetensors header of at most "
              + most
              + " bytes, found a length of "
              + Long.toUnsignedString(headerBytes));
    }
    return headerBytes;
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long position)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, position + into.position()) < 0) {
        throw new EOFException("the file shrank while it was read");
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.tensors().keySet());
  }

  @Override
  public TensorEntry entry(String name) {
    return span(name).entry();
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) {
    SafetensorsHeader.Span span = span(name);
    Parts.check(span.entry(), offset, length);
    try {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, dataStart + span.begin() + offset, length)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot map tensor '" + name + "'", e);
    }
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot close", e);
    }
  }

  private SafetensorsHeader.Span span(String name) {
    SafetensorsHeader.Span span = header.tensors().get(name);
    if (span == null) {
      throw new InvalidInputException(
          path + ": expected a tensor '" + name + "', found none of that name");
    }
    return span;
  }
}
