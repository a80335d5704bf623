package dev.statecraft.formats.checkpoint;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.statecraft.base.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the nodes and initializers of an ONNX model, and skips all else.
 *
 * <p>The field numbers are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>. The data of a
 * tensor is not parsed but sliced out of the buffer.
 */
final class OnnxParser {
  private static final int MODEL_GRAPH = 7;
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int NODE_INPUT = 1;
  private static final int NODE_NAME = 3;
  private static final int NODE_OP_TYPE = 4;
  private static final int TENSOR_DIMS = 1;
  private static final int TENSOR_DATA_TYPE = 2;
  private static final int TENSOR_FLOAT_DATA = 4;
  private static final int TENSOR_NAME = 8;
  private static final int TENSOR_RAW_DATA = 9;
  private static final int TENSOR_DATA_LOCATION = 14;
  private static final int DATA_LOCATION_EXTERNAL = 1;

  private final String source;
  private final ByteBuffer buffer;
  private final CodedInputStream in;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxInitializer> initializers = new TreeMap<>();

  private OnnxParser(ByteBuffer buffer, String source) {
    this.source = source;
    this.buffer = buffer;
    this.in = CodedInputStream.newInstance(buffer.duplicate());
  }

  /**
   * Parses a model.
   *
   * @param buffer the model, from position 0 to the limit
   * @param source what error messages call it
   * @throws InvalidInputException if it is not an ONNX model or holds a tensor of an unknown kind
   */
  static OnnxModel parse(ByteBuffer buffer, String source) {
    OnnxParser parser = new OnnxParser(buffer, source);
    try {
      if (!parser.model()) {
        throw new InvalidInputException(source + ": expected an ONNX model, found no graph in it");
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          source + ": expected an ONNX model, found a file that is damaged, cut off or no model",
          e);
    }
    return new OnnxModel(source, parser.nodes, parser.initializers);
  }

  private boolean model() throws IOException {
    boolean graph = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (is(tag, MODEL_GRAPH, WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        graph = true;
        nested(this::graph);
      } else {
        in.skipField(tag);
      }
    }
    return graph;
  }

  private void graph() throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (is(tag, GRAPH_NODE, WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        nested(this::node);
      } else if (is(tag, GRAPH_INITIALIZER, WireFormat.WIRETYPE_LENGTH_DELIMITED)) {
        nested(this::initializer);
      } else {
        in.skipField(tag);
      }
    }
  }

  private void node() throws IOException {
    String name = "";
    String operator = "";
    List<String> inputs = new ArrayList<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case NODE_INPUT -> inputs.add(in.readStringRequireUtf8());
        case NODE_NAME -> name = in.readStringRequireUtf8();
        case NODE_OP_TYPE -> operator = in.readStringRequireUtf8();
        default -> in.skipField(tag);
      }
    }
    nodes.add(new OnnxNode(name, operator, inputs));
  }

  private void initializer() throws IOException {
    String name = "";
    int dataType = 0;
    int location = 0;
    List<Long> dims = new ArrayList<>();
    List<ByteBuffer> data = new ArrayList<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case TENSOR_DIMS -> dims(tag, dims);
        case TENSOR_DATA_TYPE -> dataType = in.readInt32();
        case TENSOR_NAME -> name = in.readStringRequireUtf8();
        case TENSOR_RAW_DATA -> data.add(slice(in.readRawVarint32()));
        case TENSOR_FLOAT_DATA ->
            // Packed or one by one, floats are 4 bytes little-endian, as in raw data.
            data.add(slice(isLengthDelimited(tag) ? in.readRawVarint32() : Float.BYTES));
        case TENSOR_DATA_LOCATION -> location = in.readEnum();
        default -> in.skipField(tag);
      }
    }
    if (location == DATA_LOCATION_EXTERNAL) {
      throw invalid(name, "expected data in the file itself, found data in an external file");
    }
    long[] shape = dims.stream().mapToLong(Long::longValue).toArray();
    TensorEntry entry = entry(name, dataType, shape);
    ByteBuffer bytes = joined(data);
    if (bytes.remaining() != entry.bytes()) {
      throw invalid(
          name,
          "expected "
              + entry.bytes()
              + " bytes of raw_data or float_data for "
              + entry.type()
              + Arrays.toString(shape)
              + ", found "
              + bytes.remaining());
    }
    if (initializers.put(name, new OnnxInitializer(entry, bytes)) != null) {
      throw invalid(name, "expected one initializer of that name, found two");
    }
  }

  private void dims(int tag, List<Long> dims) throws IOException {
    if (isLengthDelimited(tag)) {
      int limit = in.pushLimit(in.readRawVarint32());
      while (!in.isAtEnd()) {
        dims.add(in.readInt64());
      }
      in.popLimit(limit);
    } else {
      dims.add(in.readInt64());
    }
  }

  private TensorEntry entry(String name, int dataType, long[] shape) {
    ElementType type =
        switch (dataType) {
          case 1 -> ElementType.F32;
          case 2 -> ElementType.U8;
          case 3 -> ElementType.I8;
          case 5 -> ElementType.I16;
          case 6 -> ElementType.I32;
          case 7 -> ElementType.I64;
          case 9 -> ElementType.BOOL;
          case 10 -> ElementType.F16;
          case 11 -> ElementType.F64;
          case 16 -> ElementType.BF16;
          default ->
              throw invalid(
                  name,
                  "data_type: expected one of 1, 2, 3, 5, 6, 7, 9, 10, 11, 16, found " + dataType);
        };
    try {
      return TensorEntry.of(name, type, shape);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          source + ": initializer '" + name + "': dims: " + e.getMessage(), e);
    }
  }

  private interface Body {
    void parse() throws IOException;
  }

  private void nested(Body body) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    body.parse();
    in.checkLastTagWas(0);
    in.popLimit(limit);
  }

  private ByteBuffer slice(int length) throws IOException {
    int start = in.getTotalBytesRead();
    in.skipRawBytes(length);
    return buffer.slice(start, length);
  }

  private static ByteBuffer joined(List<ByteBuffer> pieces) {
    if (pieces.size() == 1) {
      return pieces.get(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer piece : pieces) {
      byte[] bytes = new byte[piece.remaining()];
      piece.get(bytes);
      all.writeBytes(bytes);
    }
    return ByteBuffer.wrap(all.toByteArray()).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static boolean is(int tag, int field, int wireType) {
    return WireFormat.getTagFieldNumber(tag) == field && WireFormat.getTagWireType(tag) == wireType;
  }

  private static boolean isLengthDelimited(int tag) {
    return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private InvalidInputException invalid(String tensor, String problem) {
    return new InvalidInputException(source + ": initializer '" + tensor + "': " + problem);
  }
}
