package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The initializers of an ONNX graph under their own names, and the nodes that use them.
 *
 * <p>Tensors are slices of the one buffer that holds the model: mapped by {@link #open}, on the
 * heap after {@link #read}. Initializers that keep their values in another place than {@code
 * raw_data} or {@code float_data} are refused; exporters use {@code raw_data}.
 */
public final class OnnxModel implements CheckpointSource {
  private final String source;
  private final List<OnnxNode> nodes;
  private final Map<String, OnnxInitializer> initializers;

  OnnxModel(String source, List<OnnxNode> nodes, Map<String, OnnxInitializer> initializers) {
    this.source = source;
    this.nodes = List.copyOf(nodes);
    this.initializers = Collections.unmodifiableMap(initializers);
  }

  /**
   * Maps a file.
   *
   * @throws InvalidInputException if there is no such file, it has 2 GiB or more (which protobuf
   *     does not allow) or is not an ONNX model
   * @throws IOException if the file cannot be read
   */
  public static OnnxModel open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(path + ": expected an ONNX file, found none");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new InvalidInputException(
            path
                + ": expected an ONNX file of less than 2 GiB, found "
                + channel.size()
                + " bytes");
      }
      return parse(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()), path.toString());
    }
  }

  /**
   * Reads a model into memory, for example from the class path.
   *
   * @param in read to its end, not closed
   * @param source what error messages call the model
   * @throws InvalidInputException if it is not an ONNX model
   * @throws IOException if the stream cannot be read
   */
  public static OnnxModel read(InputStream in, String source) throws IOException {
    return parse(ByteBuffer.wrap(in.readAllBytes()), source);
  }

  /**
   * Parses a model that is in memory.
   *
   * @param model the bytes from position to limit; kept, so they must not change
   * @param source what error messages call the model
   * @throws InvalidInputException if it is not an ONNX model
   */
  public static OnnxModel parse(ByteBuffer model, String source) {
    return OnnxParser.parse(model.slice(), source);
  }

  /** The graph's operations, in the order of the file. */
  public List<OnnxNode> nodes() {
    return nodes;
  }

  @Override
  public Set<String> names() {
    return initializers.keySet();
  }

  @Override
  public TensorEntry entry(String name) {
    return initializer(name).entry();
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) {
    OnnxInitializer initializer = initializer(name);
    Parts.check(initializer.entry(), offset, length);
    return initializer.data().slice(Math.toIntExact(offset), length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  /** Nothing to release: the memory goes when this and the buffers are garbage. */
  @Override
  public void close() {}

  /** What error messages call the model. */
  String source() {
    return source;
  }

  private OnnxInitializer initializer(String name) {
    OnnxInitializer initializer = initializers.get(name);
    if (initializer == null) {
      throw new InvalidInputException(
          source + ": expected an initializer '" + name + "', found none of that name");
    }
    return initializer;
  }
}
