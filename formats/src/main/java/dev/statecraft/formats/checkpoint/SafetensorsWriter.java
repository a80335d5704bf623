package dev.statecraft.formats.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Writes a safetensors file.
 *
 * <p>Tensors go out by name, those with wider elements first, as in the reference implementation:
 * with the header padded to 8 bytes that aligns each one to its element size, which some readers
 * need. The same tensors and metadata give the same bytes. Not for use by several threads.
 */
public final class SafetensorsWriter {
  private static final Comparator<TensorEntry> FILE_ORDER =
      Comparator.comparing((TensorEntry entry) -> -entry.type().bytes())
          .thenComparing(TensorEntry::name);

  private final TreeMap<TensorEntry, TensorData> tensors = new TreeMap<>(FILE_ORDER);
  private final Set<String> names = new HashSet<>();
  private final TreeMap<String, String> metadata = new TreeMap<>();

  /** A writer with the metadata that transformers expects, {@code format = pt}, and no tensors. */
  public SafetensorsWriter() {
    metadata.put("format", "pt");
  }

  /** Sets an entry of the file's metadata. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param data called once for each {@link #writeTo}
   * @throws IllegalArgumentException if the name is taken or reserved
   */
  public SafetensorsWriter add(TensorEntry entry, TensorData data) {
    if (entry.name().equals(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("a tensor cannot be called " + entry.name());
    }
    if (!names.add(entry.name())) {
      throw new IllegalArgumentException("two tensors are called '" + entry.name() + "'");
    }
    tensors.put(entry, data);
    return this;
  }

  /**
   * Adds a tensor of less than 2 GiB.
   *
   * @param data gives the bytes, row-major and little-endian, from the buffer's position to its
   *     limit; called once for each {@link #writeTo}, and the buffer is left as it was
   * @throws IllegalArgumentException if the name is taken or reserved
   */
  public SafetensorsWriter add(TensorEntry entry, Supplier<ByteBuffer> data) {
    return add(
        entry,
        channel -> {
          ByteBuffer bytes = data.get().duplicate();
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  /**
   * Writes the file: beside its place under another name, forced to the disk, then moved, so that
   * nobody ever sees half a file.
   *
   * @throws IllegalStateException if a tensor's data is not as long as its entry says
   * @throws IOException if writing fails
   */
  public void writeTo(Path file) throws IOException {
    AtomicFile.fill(
        file,
        partial -> {
          try (FileChannel channel =
              FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel);
            channel.force(true);
          }
        });
  }

  private void write(FileChannel channel) throws IOException {
    ByteBuffer header = header();
    while (header.hasRemaining()) {
      channel.write(header);
    }
    for (Map.Entry<TensorEntry, TensorData> tensor : tensors.entrySet()) {
      TensorEntry entry = tensor.getKey();
      long start = channel.position();
      tensor.getValue().writeTo(new Unclosable(channel));
      long written = channel.position() - start;
      if (written != entry.bytes()) {
        throw new IllegalStateException(
            entry + " takes " + entry.bytes() + " bytes, but its data has " + written);
      }
    }
  }

  private ByteBuffer header() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    ObjectNode texts = root.putObject(SafetensorsHeader.METADATA);
    metadata.forEach(texts::put);
    long position = 0;
    for (TensorEntry entry : tensors.keySet()) {
      long end = Math.addExact(position, entry.bytes());
      ObjectNode node = root.putObject(entry.name());
      node.put("dtype", entry.type().name());
      node.putPOJO("shape", entry.shape());
      node.putPOJO("data_offsets", new long[] {position, end});
      position = end;
    }
    byte[] json = mapper.writeValueAsBytes(root);
    int padded = Math.addExact(json.length, Math.floorMod(-json.length, Long.BYTES));
    byte[] spaced = Arrays.copyOf(json, padded);
    Arrays.fill(spaced, json.length, padded, (byte) ' ');
    ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    return header.putLong(padded).put(spaced).flip();
  }

  /** Keeps a tensor's data from closing the file under the writer. */
  private record Unclosable(FileChannel channel) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      return channel.write(source);
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException("the writer closes the file");
    }
  }
}
