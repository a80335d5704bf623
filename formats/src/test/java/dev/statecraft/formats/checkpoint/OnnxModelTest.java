package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {
  @TempDir Path folder;

  private static OnnxModel parse(OnnxBytes graph) {
    return OnnxModel.parse(ByteBuffer.wrap(OnnxBytes.model(graph)), "m.onnx");
  }

  private static OnnxModel parseTensor(OnnxBytes tensor) {
    return parse(new OnnxBytes().message(5, tensor));
  }

  @Test
  void readsNodesAndInitializers() {
    OnnxModel model =
        parse(
            new OnnxBytes()
                .message(1, OnnxBytes.node("/dense/MatMul", "MatMul", "x", "w"))
                .text(2, "graph")
                .message(5, OnnxBytes.tensor("w", new long[] {2, 3}, 1, 2, 3, 4, 5, 6))
                .message(5, OnnxBytes.tensor("scalar", new long[0], 7)));
    assertThat(model.nodes())
        .containsExactly(new OnnxNode("/dense/MatMul", "MatMul", List.of("x", "w")));
    assertThat(model.names()).containsExactly("scalar", "w");
    assertThat(model.entry("w")).isEqualTo(TensorEntry.of("w", ElementType.F32, 2, 3));
    ByteBuffer bytes = model.read("w");
    assertThat(bytes.isReadOnly()).isTrue();
    assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(RawSafetensors.toFloats(bytes)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(RawSafetensors.toFloats(model.read("w", 8, 8))).containsExactly(3, 4);
    assertThat(RawSafetensors.toFloats(model.read("scalar"))).containsExactly(7);
    assertThatThrownBy(() -> model.read("v"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("m.onnx: expected an initializer 'v', found none of that name");
    assertThatThrownBy(() -> model.read("w", 24, 4)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void readsFloatsInEveryEncoding() {
    byte[] packed = RawSafetensors.floats(1, 2).array();
    OnnxBytes shape = new OnnxBytes().bytes(1, new byte[] {2, 1}); // packed dims
    assertThat(
            RawSafetensors.toFloats(
                parseTensor(shape.number(2, 1).text(8, "p").bytes(4, packed)).read("p")))
        .containsExactly(1, 2);
    OnnxBytes single = new OnnxBytes().number(1, 3).number(2, 1).text(8, "s");
    OnnxModel model = parseTensor(single.real(4, 5).real(4, 6).bytes(4, Arrays.copyOf(packed, 4)));
    assertThat(RawSafetensors.toFloats(model.read("s"))).containsExactly(5, 6, 1);
    assertThat(model.read("s").isReadOnly()).isTrue();
  }

  @Test
  void knowsTheElementTypes() {
    int[] codes = {1, 2, 3, 5, 6, 7, 9, 10, 11, 16};
    List<ElementType> types =
        Arrays.stream(codes)
            .mapToObj(
                code ->
                    parseTensor(new OnnxBytes().number(1, 0).number(2, code).text(8, "e"))
                        .entry("e")
                        .type())
            .toList();
    assertThat(types)
        .containsExactly(
            ElementType.F32,
            ElementType.U8,
            ElementType.I8,
            ElementType.I16,
            ElementType.I32,
            ElementType.I64,
            ElementType.BOOL,
            ElementType.F16,
            ElementType.F64,
            ElementType.BF16);
  }

  @Test
  void readsFilesAndStreamsAlike() throws IOException {
    byte[] bytes =
        OnnxBytes.model(new OnnxBytes().message(5, OnnxBytes.tensor("w", new long[] {2}, 1, 2)));
    Path path = Files.write(folder.resolve("m.onnx"), bytes);
    try (OnnxModel file = OnnxModel.open(path);
        OnnxModel stream = OnnxModel.read(new ByteArrayInputStream(bytes), "stream")) {
      assertThat(file.read("w")).isEqualTo(stream.read("w"));
      assertThat(file.read("w").isDirect()).isTrue();
      assertThat(file.metadata()).isEmpty();
    }
    ByteBuffer within = ByteBuffer.allocate(bytes.length + 9).position(5).put(bytes).flip();
    assertThat(OnnxModel.parse(within.position(5), "part").names()).containsExactly("w");
    assertThatThrownBy(() -> OnnxModel.open(folder.resolve("none.onnx")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.onnx: expected an ONNX file, found none");
  }

  @Test
  void refusesTensorsItCannotGive() {
    assertInvalid(
        OnnxBytes.tensor("w", new long[] {3}, 1, 2),
        "m.onnx: initializer 'w': expected 12 bytes of raw_data or float_data for F32[3], found 8");
    assertInvalid(
        new OnnxBytes().number(1, 1).number(2, 7).text(8, "i").number(7, 5),
        "initializer 'i': expected 8 bytes of raw_data or float_data for I64[1], found 0");
    assertInvalid(
        new OnnxBytes().number(2, 8).text(8, "s"),
        "initializer 's': data_type: expected one of 1, 2, 3, 5, 6, 7, 9, 10, 11, 16, found 8");
    assertInvalid(
        OnnxBytes.tensor("w", new long[] {-1}), "'w': dims: negative dimension in shape [-1]");
    assertInvalid(
        OnnxBytes.tensor("w", new long[] {1}, 1).number(14, 1), "found data in an external file");
    OnnxBytes tensor = OnnxBytes.tensor("w", new long[] {1}, 1);
    assertThatThrownBy(() -> parse(new OnnxBytes().message(5, tensor).message(5, tensor)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected one initializer of that name, found two");
  }

  @Test
  void refusesWhatIsNoModel() {
    byte[] whole =
        OnnxBytes.model(new OnnxBytes().message(5, OnnxBytes.tensor("w", new long[] {2}, 1, 2)));
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatThrownBy(() -> OnnxModel.parse(cut, "cut"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("cut: expected an ONNX model, found");
    }
    assertThatThrownBy(
            () ->
                OnnxModel.parse(
                    ByteBuffer.wrap("PK\u0003\u0004zip".getBytes(StandardCharsets.UTF_8)), "zip"))
        .isInstanceOf(InvalidInputException.class);
  }

  private static void assertInvalid(OnnxBytes tensor, String problem) {
    assertThatThrownBy(() -> parseTensor(tensor))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem);
  }
}
