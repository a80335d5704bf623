package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The real MiniLM, from the jar on the class path. */
class MiniLmOnnxTest {
  private static OnnxModel model;
  private static OnnxBertCheckpoint checkpoint;

  @BeforeAll
  static void readModel() throws IOException {
    try (InputStream in = MiniLmOnnxTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      model = OnnxModel.read(in, "all-minilm-l6-v2.onnx");
    }
    checkpoint = OnnxBertCheckpoint.of(model);
  }

  @Test
  void hasTheWeightsOfABert() {
    Set<String> expected = new TreeSet<>();
    for (String table : new String[] {"word", "position", "token_type"}) {
      expected.add("embeddings." + table + "_embeddings.weight");
    }
    expected.add("embeddings.LayerNorm.weight");
    expected.add("embeddings.LayerNorm.bias");
    for (int layer = 0; layer < 6; layer++) {
      for (String module :
          new String[] {
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
            "attention.output.LayerNorm",
            "intermediate.dense",
            "output.dense",
            "output.LayerNorm"
          }) {
        expected.add("encoder.layer." + layer + "." + module + ".weight");
        expected.add("encoder.layer." + layer + "." + module + ".bias");
      }
    }
    assertThat(checkpoint.names()).isEqualTo(expected);
    assertThat(checkpoint.names())
        .allSatisfy(name -> assertThat(checkpoint.entry(name).type()).isEqualTo(ElementType.F32));
    assertThat(checkpoint.entry("encoder.layer.5.intermediate.dense.weight").shape())
        .containsExactly(1536, 384);
    assertThat(checkpoint.entry("encoder.layer.5.output.dense.weight").shape())
        .containsExactly(384, 1536);
    assertThat(checkpoint.entry("embeddings.word_embeddings.weight").shape())
        .containsExactly(30522, 384);
  }

  @Test
  @Tag("real-data")
  void agreesWithTheReferenceMapping() throws IOException {
    JsonNode map =
        new ObjectMapper()
            .readTree(RealData.file("data/minilm/onnx_to_hf.json").toFile())
            .get("map");
    Set<String> named = new TreeSet<>();
    for (Map.Entry<String, JsonNode> field : map.properties()) {
      String name = field.getValue().get("hf").textValue();
      named.add(name);
      long[] stored = model.entry(field.getKey()).shape();
      assertThat(stored)
          .isEqualTo(new ObjectMapper().convertValue(field.getValue().get("shape"), long[].class));
      float[] expected = RawSafetensors.toFloats(model.read(field.getKey()));
      if (field.getValue().get("transpose").booleanValue()) {
        expected = transposed(expected, (int) stored[0], (int) stored[1]);
        stored = new long[] {stored[1], stored[0]};
      }
      assertThat(checkpoint.entry(name).shape()).isEqualTo(stored);
      assertThat(Arrays.equals(RawSafetensors.toFloats(checkpoint.read(name)), expected))
          .as(name)
          .isTrue();
    }
    assertThat(checkpoint.names()).isEqualTo(named);
  }

  private static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result[column * rows + row] = values[row * columns + column];
      }
    }
    return result;
  }
}
