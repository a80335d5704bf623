package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.studio.SampleGraph;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TuningsTest {
  private static final int H = SampleGraph.HIDDEN;
  private static final int HEAD = SampleGraph.LABELS * H;
  private static final ModelDefaults LLAMA_LIKE =
      new ModelDefaults(
          List.of("q_proj", "up_proj"), List.of("q_proj"), Initializer.KAIMING, false);

  private static Graph tuned(String method, ModelDefaults defaults) {
    return Methods.parse(method).tuning(defaults).apply(SampleGraph.graph());
  }

  private static long trained(String method) {
    return tuned(method, LLAMA_LIKE).trainableParameters().stream()
        .mapToLong(Parameter::elements)
        .sum();
  }

  private static List<String> names(String method) {
    return tuned(method, LLAMA_LIKE).trainableParameters().stream().map(Parameter::name).toList();
  }

  /** Two layers; a low-rank edge of rank r has 2 r H numbers. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: lora, rank: 2} | 128",
        "{name: lora, rank: 2, targets: [q_proj]} | 64",
        "{name: lora, rank: 2, layers: first 1} | 64",
        "{name: dora, rank: 2} | 160",
        "{name: control, rank: 2} | 64",
        "{name: control, rank: 2, bias: true} | 84",
        "{name: control, rank: 2, blocks: [block], layers: last 1} | 32",
        "{name: double-control, rank: 2} | 128",
        "{name: control+lora, control: {rank: 2}, lora: {rank: 3}} | 160",
        "{name: adapter, rank: 2} | 168",
        "{name: control, rank: 2, function: gated} | 82",
        "{name: control, rank: 2, function: gated, gates: 8} | 208",
        "{name: double-control, rank: 2, function: affine, terms: 3} | 492",
        "{name: control, rank: 2, function: bottleneck, activation: tanh} | 84",
        "{name: control+lora, control: {rank: 2, function: gated}, lora: {rank: 3}} | 178",
        "ia3 | 32",
        "{name: ia3, targets: [q_proj, up_proj], feedforward: [up_proj], layers: last 1} | 16",
        "bitfit | 32",
        "{name: bitfit, targets: [up_proj]} | 16",
        "{name: patch-control, rank: 2} | 84",
        "{name: routed, rank: 2} | 73",
        "{name: routed, rank: 2, k: 0} | 64",
        "{name: routed, rank: 2, blocks: [attn, mlp], bias: true} | 222",
        "{name: control, rank: 2, function: vera} | 20",
        "{name: control, function: ia3} | 16",
        "{name: double-control, function: bitfit} | 32",
        "{name: reft, rank: 2} | 68",
        "{name: reft, rank: 2, variant: direft, positions: first 3} | 68",
        "{name: reft, rank: 2, positions: 'first 3, last 2'} | 68",
        "{name: reft, rank: 2, positions: 'first 3, last 2', shared: false} | 136",
        "{name: full} | 320",
        "probe | 0",
        "{name: edges, edges: [{from: embedding, to: layers.1.output, rank: 2}]} | 32",
        "{name: edges, edges: [{from: input, to: output, rank: 2, function: bottleneck}]} | 84",
        "{name: edges, edges: [{from: input, to: output, rank: 2, function: affine}]} | 164",
        "{name: edges, edges: [{from: input, to: output, rank: 2, function: routed}]} | 73",
        "{name: edges, edges: [{from: input, to: output, rank: 2, function: vera}]} | 20",
        "{name: edges, edges: [{from: output, to: output, function: ia3}]} | 16",
        "{name: edges, edges: [{from: middle, to: middle, function: bitfit}]} | 16",
        "{name: edges, edges: [{from: input, to: output, rank: 2, function: patch}]} | 84",
        "{name: edges, edges: [{from: output, to: output, rank: 2, function: loreft}]} | 68",
      })
  void eachMethodTrainsWhatItsFormulaSays(String method, long expected) {
    assertThat(trained(method)).isEqualTo(expected + HEAD);
  }

  @Test
  void controlBesideLoraGoesAroundTheMlp() {
    assertThat(names("control+lora"))
        .contains("layers.0.mlp.A.weight", "layers.1.q_proj.lora_A.weight", "classifier.weight")
        .doesNotContain("layers.0.up_proj.lora_A.weight");
  }

  @Test
  void theModelSaysHowControlStartsAndWhetherItHasBiases() {
    ModelDefaults others =
        new ModelDefaults(List.of("q_proj"), List.of("q_proj"), Initializer.normal(0.02), true);
    Graph graph = tuned("control", others);
    assertThat(graph.parameters().get("layers.0.mlp.A.weight").init())
        .isEqualTo(Initializer.normal(0.02));
    assertThat(graph.parameters()).containsKey("layers.0.mlp.A.bias");
    assertThat(tuned("{name: control, bias: false}", others).parameters())
        .doesNotContainKey("layers.0.mlp.A.bias");
  }

  @Test
  void aMethodThatDoesNotFitNamesWhatIsWrong() {
    assertThatThrownBy(() -> tuned("{name: lora, targets: [z_proj]}", LLAMA_LIKE))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("z_proj")
        .hasMessageContaining("q_proj");
    assertThatThrownBy(() -> tuned("{name: control, layers: first 9}", LLAMA_LIKE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("first 9");
    assertThatThrownBy(
            () -> tuned("{name: edges, edges: [{from: nowhere, to: logits}]}", LLAMA_LIKE))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(
            () ->
                tuned(
                    "{name: edges, edges: [{from: input, to: output, function: ia3}]}", LLAMA_LIKE))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("expected one state twice");
    assertThatThrownBy(
            () ->
                Methods.parse(
                    "{name: edges, edges: [{from: input, to: input, function: ia3, rank: 2}]}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("function: ia3 has no rank, alpha, bias or dropout");
    assertThatThrownBy(
            () ->
                Methods.parse(
                    "{name: edges, edges: [{from: input, to: output, function: vera, alpha: 2}]}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("alpha: expected no such key beside function: vera");
    assertThatThrownBy(() -> Methods.parse("{name: control, k: 2}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("k: expected no such key beside function: low-rank");
    assertThatThrownBy(() -> Methods.parse("{name: control, function: user}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(
            "user_function: expected the name of a function that the program registers");
    assertThatThrownBy(
            () -> tuned("{name: control, function: user, user_function: own}", LLAMA_LIKE))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "user_function: expected a function that the program has registered, which has none,"
                + " found 'own'");
    assertThatThrownBy(
            () -> tuned("{name: ia3, targets: [q_proj], feedforward: [up_proj]}", LLAMA_LIKE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("feedforward: expected some of the targets [q_proj], found");
  }
}
