package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.Step;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which states of whole models live from forward to backward. */
class StoredStatesTest {
  private static StatePlan plan(Graph graph, StorePolicy policy) {
    return StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
  }

  private static StatePlan plan(String name, String method, StorePolicy policy) {
    TinyModel model = TinyModel.of(name);
    return plan(Methods.of(model, 0).get(method).apply(model.family().graph()), policy);
  }

  private static List<String> stored(StatePlan plan) {
    return plan.stored().stream().map(State::name).toList();
  }

  private static List<String> inLayers(int from, String... names) {
    List<String> all = new ArrayList<>();
    for (int i = from; i < 3; i++) {
      for (String name : names) {
        all.add("layers." + i + "." + name);
      }
    }
    return all;
  }

  private static List<String> together(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  @Test
  void cheapDoubleControlOfLlama() {
    // Nothing below layer 0's attention is trained, so its q, k and v are not stored.
    assertThat(stored(plan("llama-tiny", "double-control", StorePolicy.CHEAP)))
        .containsExactlyInAnyOrderElementsOf(
            together(
                inLayers(0, "middle", "gate", "up", "output"),
                together(List.of("embeddings"), inLayers(1, "q_rotated", "k_rotated", "v"))));
  }

  @Test
  void cheapLoraOfLlamaStoresNoMoreThanDoubleControl() {
    // The LoRAs of q, k, v, up and down read normed states and the gated one: all cheap to bring
    // back, but for the first norm, whose input no backward reads.
    assertThat(stored(plan("llama-tiny", "lora", StorePolicy.CHEAP)))
        .containsExactlyInAnyOrderElementsOf(
            together(
                List.of("layers.0.attn_norm"),
                inLayers(0, "q_rotated", "k_rotated", "v", "middle", "gate", "up", "output")));
  }

  @Test
  void withoutWideStatesOfLlama() {
    assertThat(stored(plan("llama-tiny", "double-control", StorePolicy.MLP)))
        .containsExactlyInAnyOrderElementsOf(
            together(
                inLayers(0, "middle", "output"),
                together(List.of("embeddings"), inLayers(1, "q_rotated", "k_rotated", "v"))));
    assertThat(stored(plan("llama-tiny", "lora", StorePolicy.MLP)))
        .containsExactlyInAnyOrderElementsOf(
            together(
                List.of("layers.0.attn_norm"),
                inLayers(0, "q_rotated", "k_rotated", "v", "middle", "output")));
  }

  @Test
  void statesBetweenLayersOfLlama() {
    assertThat(stored(plan("llama-tiny", "double-control", StorePolicy.INPUTS)))
        .containsExactlyInAnyOrderElementsOf(
            together(List.of("embeddings"), inLayers(0, "output")));
  }

  @ParameterizedTest
  @CsvSource({
    "bert-tiny, control", "bert-tiny, double-control", "bert-tiny, lora",
    "roberta-tiny, control", "roberta-tiny, double-control", "roberta-tiny, lora",
    "vit-tiny, control", "vit-tiny, double-control", "vit-tiny, lora",
    "llama-tiny, control", "llama-tied, double-control"
  })
  void statesBetweenLayersAndFewerThanALayerBesides(String name, String method) {
    StatePlan plan = plan(name, method, StorePolicy.INPUTS);
    List<String> inside = new ArrayList<>(stored(plan));
    inside.removeIf(state -> !state.startsWith("layers.") || state.endsWith(".output"));
    assertThat(inside)
        .as("stored inside layers")
        .allMatch(state -> state.startsWith("layers.0."), "in the first layer")
        .hasSizeLessThanOrEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource
  void controlOfTheLastLayerStoresNothingBelowIt(StorePolicy policy) {
    for (String name : TinyModel.NAMES) {
      TinyModel model = TinyModel.of(name);
      Graph graph =
          StateTuning.control(Methods.lowRank(model, 1), LayerSelection.parse("last 1"))
              .apply(model.family().graph());
      StatePlan plan = plan(graph, policy);
      assertThat(stored(plan))
          .as(name)
          .contains("layers.2.middle")
          .noneMatch(state -> state.startsWith("layers.0.") || state.startsWith("layers.1."))
          .doesNotContain("embeddings");
      for (Edge edge : graph.edges()) {
        boolean above = !edge.name().startsWith("layers.") || edge.name().equals("layers.2.output");
        assertThat(plan.differentiates(edge) && !above).as(name + ": " + edge.name()).isFalse();
      }
    }
  }

  @Test
  void projectionsOfOneInputAreFused() {
    StatePlan plan = plan("llama-tiny", "lora", StorePolicy.CHEAP);
    List<List<String>> differentiated = new ArrayList<>();
    for (Step step : plan.steps()) {
      if (step instanceof Step.Differentiate differentiate && differentiate.edges().size() > 1) {
        differentiated.add(differentiate.edges().stream().map(Edge::name).toList());
      }
    }
    assertThat(differentiated)
        .containsExactly(
            List.of("layers.2.gate", "layers.2.up@0"),
            List.of("layers.2.q@0", "layers.2.k@0", "layers.2.v@0"),
            List.of("layers.1.gate", "layers.1.up@0"),
            List.of("layers.1.q@0", "layers.1.k@0", "layers.1.v@0"),
            List.of("layers.0.gate", "layers.0.up@0"));
    // q: 32 columns, k and v: 16 each (2 of 4 heads). Rotary and control keep to the slot.
    for (String state : List.of("k_rotated", "k", "k@0")) {
      assertThat(plan.placement(plan.graph().state("layers.1." + state)))
          .hasValueSatisfying(
              slot -> {
                assertThat(slot.group()).isEqualTo("layers.1.q@0");
                assertThat(slot.offset()).isEqualTo(32);
                assertThat(slot.width()).isEqualTo(16);
                assertThat(slot.total()).isEqualTo(64);
              });
    }
  }
}
