package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class OnnxBertCheckpointTest {
  private static final String DENSE = "/encoder/layer.0/output/dense/MatMul";

  private static OnnxBytes graph() {
    return new OnnxBytes()
        .message(5, OnnxBytes.tensor("embeddings.word_embeddings.weight", new long[] {2, 1}, 8, 9))
        .message(
            5,
            new OnnxBytes()
                .number(1, 1)
                .number(2, 7)
                .text(8, "embeddings.position_ids")
                .bytes(9, new byte[8]))
        .message(5, OnnxBytes.tensor("onnx::Div_12", new long[0], 3))
        .message(5, OnnxBytes.tensor("/encoder/Constant_output_0", new long[0], 3));
  }

  private static OnnxBertCheckpoint checkpoint(OnnxBytes graph) {
    return OnnxBertCheckpoint.of(
        OnnxModel.parse(ByteBuffer.wrap(OnnxBytes.model(graph)), "m.onnx"));
  }

  @Test
  void showsWeightsUnderTheirModuleNames() {
    OnnxBytes graph =
        graph()
            .message(1, OnnxBytes.node(DENSE, "MatMul", "x", "onnx::MatMul_7"))
            .message(1, OnnxBytes.node("/encoder/layer.0/attention/MatMul", "MatMul", "q", "k"))
            .message(5, OnnxBytes.tensor("onnx::MatMul_7", new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
    try (OnnxBertCheckpoint checkpoint = checkpoint(graph)) {
      assertThat(checkpoint.names())
          .containsExactly(
              "embeddings.word_embeddings.weight", "encoder.layer.0.output.dense.weight");
      String dense = "encoder.layer.0.output.dense.weight";
      assertThat(checkpoint.entry(dense)).isEqualTo(TensorEntry.of(dense, ElementType.F32, 3, 2));
      assertThat(RawSafetensors.toFloats(checkpoint.read(dense))).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(RawSafetensors.toFloats(checkpoint.read(dense, 4, 12))).containsExactly(4, 2, 5);
      assertThat(checkpoint.read(dense).isReadOnly()).isTrue();
      assertThat(RawSafetensors.toFloats(checkpoint.read("embeddings.word_embeddings.weight")))
          .containsExactly(8, 9);
      assertThat(checkpoint.metadata()).isEmpty();
      assertThatThrownBy(() -> checkpoint.read(dense, 22, 4))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> checkpoint.read("onnx::MatMul_7"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected a weight 'onnx::MatMul_7'");
    }
  }

  @Test
  void refusesModelsThatAreNoBert() {
    assertThatThrownBy(() -> checkpoint(new OnnxBytes()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a BERT with the initializer");
    OnnxBytes vector =
        graph()
            .message(1, OnnxBytes.node(DENSE, "MatMul", "x", "onnx::MatMul_7"))
            .message(5, OnnxBytes.tensor("onnx::MatMul_7", new long[] {2}, 1, 2));
    assertThatThrownBy(() -> checkpoint(vector))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "'" + DENSE + "': expected a weight F32[in, out], found onnx::MatMul_7 F32[2]");
    OnnxBytes twice =
        graph()
            .message(1, OnnxBytes.node(DENSE, "MatMul", "x", "onnx::MatMul_7"))
            .message(1, OnnxBytes.node(DENSE, "MatMul", "x", "onnx::MatMul_8"))
            .message(5, OnnxBytes.tensor("onnx::MatMul_7", new long[] {1, 1}, 1))
            .message(5, OnnxBytes.tensor("onnx::MatMul_8", new long[] {1, 1}, 1));
    assertThatThrownBy(() -> checkpoint(twice))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found 'onnx::MatMul_7' and 'onnx::MatMul_8'");
  }
}
