package dev.statecraft.studio.advise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.Json;
import dev.statecraft.studio.SampleAdvice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AdviceJsonTest {
  private static final Path RECIPE = Path.of("advice/a/recipe.yaml");

  private static JsonNode json(Advice advice) throws IOException {
    return new ObjectMapper().readTree(Json.line(AdviceJson.map(advice, RECIPE)));
  }

  private static List<String> keys(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static Advice advice(boolean dry) {
    return SampleAdvice.of(SampleAdvice.request(List.of("attn", "mlp"), 3, dry), 4);
  }

  @Test
  void hasAllThatWasFoundOut() throws IOException {
    Advice advice = advice(false);
    JsonNode json = json(advice);
    assertThat(keys(json))
        .containsExactlyInAnyOrder(
            "edges",
            "score",
            "measured",
            "budget",
            "function",
            "functions",
            "outputs",
            "examples",
            "output_examples",
            "training_bytes",
            "smallest_bytes",
            "advice_bytes",
            "predicted_bytes",
            "step_bytes",
            "head_steps",
            "seconds",
            "recipe");
    assertThat(json.get("edges")).hasSize(8);
    for (int i = 0; i < 8; i++) {
      AdvisedEdge edge = advice.edges().get(i);
      JsonNode node = json.get("edges").get(i);
      assertThat(keys(node))
          .containsExactly(
              "from",
              "to",
              "layer",
              "place",
              "controllability",
              "smallest_eigenvalue",
              "gain",
              "gradient",
              "bytes",
              "parameters",
              "chosen");
      assertThat(node.get("from").textValue()).isEqualTo(edge.from());
      assertThat(node.get("to").textValue()).isEqualTo(edge.to());
      assertThat(node.get("layer").intValue()).isEqualTo(edge.layer());
      assertThat(node.get("place").textValue()).isEqualTo(edge.place());
      assertThat(node.get("controllability").doubleValue()).isEqualTo(edge.controllability());
      assertThat(node.get("smallest_eigenvalue").doubleValue())
          .isEqualTo(edge.smallestEigenvalue());
      assertThat(node.get("gain").doubleValue()).isEqualTo(edge.gain());
      assertThat(node.get("gradient").doubleValue()).isEqualTo(edge.gradient());
      assertThat(node.get("bytes").longValue()).isEqualTo(edge.bytes());
      assertThat(node.get("parameters").longValue()).isEqualTo(edge.parameters());
      assertThat(node.get("chosen").booleanValue()).isEqualTo(i < 3);
    }
    assertThat(json.get("score").textValue()).isEqualTo("gradient");
    assertThat(json.at("/budget/edges").intValue()).isEqualTo(3);
    assertThat(json.at("/functions/gated/parameters").intValue()).isEqualTo(6537);
    assertThat(json.at("/functions/gated/bytes").intValue()).isEqualTo(4 << 20);
    assertThat(json.get("outputs")).hasSize(3);
    assertThat(json.get("examples").intValue()).isEqualTo(64);
    assertThat(json.get("training_bytes").longValue()).isEqualTo(312L << 20);
    assertThat(json.get("smallest_bytes").longValue()).isEqualTo(201L << 20);
    assertThat(json.get("advice_bytes").longValue()).isEqualTo(240L << 20);
    assertThat(json.get("predicted_bytes").longValue()).isEqualTo(238L << 20);
    assertThat(json.get("step_bytes").longValue()).isEqualTo(512L << 20);
    assertThat(json.get("head_steps").intValue()).isEqualTo(30);
    assertThat(json.get("seconds").doubleValue()).isEqualTo(12.5);
    assertThat(json.get("recipe").textValue()).isEqualTo(RECIPE.toString());
  }

  @Test
  void whatADryAdviceDidNotMeasureIsNotThere() throws IOException {
    JsonNode json = json(advice(true));
    assertThat(json.get("measured").booleanValue()).isFalse();
    assertThat(json.has("advice_bytes")).isFalse();
    assertThat(keys(json.at("/edges/0")))
        .containsExactly("from", "to", "layer", "place", "bytes", "parameters", "chosen");
  }

  @Test
  void budgetsSayWhatTheyCount() {
    assertThat(new AdviceBudget.Bytes(1 << 30).toMap()).isEqualTo(Map.of("bytes", 1L << 30));
    assertThat(new AdviceBudget.Parameters(7).toMap()).isEqualTo(Map.of("parameters", 7L));
    assertThat(new AdviceBudget.Edges(7).toMap()).isEqualTo(Map.of("edges", 7));
  }
}
