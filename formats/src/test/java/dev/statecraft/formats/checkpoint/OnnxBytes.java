package dev.statecraft.formats.checkpoint;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Builds ONNX messages field by field, wrong ones too. */
final class OnnxBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  private interface Write {
    void run() throws IOException;
  }

  private OnnxBytes write(Write write) {
    try {
      write.run();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  OnnxBytes text(int field, String value) {
    return write(() -> out.writeString(field, value));
  }

  OnnxBytes number(int field, long value) {
    return write(() -> out.writeInt64(field, value));
  }

  OnnxBytes real(int field, float value) {
    return write(() -> out.writeFloat(field, value));
  }

  OnnxBytes bytes(int field, byte[] value) {
    return write(() -> out.writeBytes(field, ByteString.copyFrom(value)));
  }

  OnnxBytes message(int field, OnnxBytes message) {
    return bytes(field, message.toByteArray());
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  /** A float initializer with raw data. */
  static OnnxBytes tensor(String name, long[] dims, float... values) {
    OnnxBytes tensor = new OnnxBytes();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    return tensor.number(2, 1).text(8, name).bytes(9, RawSafetensors.floats(values).array());
  }

  /** A node with two inputs. */
  static OnnxBytes node(String name, String operator, String first, String second) {
    return new OnnxBytes()
        .text(1, first)
        .text(1, second)
        .text(2, name + "_output_0")
        .text(3, name)
        .text(4, operator);
  }

  /** A model around a graph, with the fields around it that a model has. */
  static byte[] model(OnnxBytes graph) {
    return new OnnxBytes().number(1, 7).text(2, "pytorch").message(7, graph).toByteArray();
  }
}
