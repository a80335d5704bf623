package dev.statecraft.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.run.SmallModel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What tunings put where, and what they refuse. */
class TuningTest {
  private static final LowRank G = new LowRank(2, 1, false, 0, Initializer.KAIMING);
  private final Graph base = SmallModel.graph();

  private static List<String> trained(Graph graph) {
    return graph.trainableParameters().stream().map(Parameter::name).toList();
  }

  private static List<String> inputs(Graph graph, String state) {
    return graph.producer(state).orElseThrow().inputs().stream().map(State::name).toList();
  }

  private static Lora lora(String target) {
    return new Lora(2, 4, 0, List.of(target), LayerSelection.ALL);
  }

  @Test
  void everyTuningTrainsTheHead() {
    assertThat(trained(new HeadTuning().apply(base))).containsExactly("head.weight", "head.bias");
    for (Tuning tuning :
        List.of(
            StateTuning.control(G, LayerSelection.ALL),
            lora("gate"),
            new Dora(2, 4, 0, List.of("gate"), LayerSelection.ALL),
            new FullTuning())) {
      assertThat(trained(tuning.apply(base))).contains("head.weight", "head.bias");
    }
  }

  @Test
  void fullTuningTrainsEveryWeight() {
    assertThat(trained(new FullTuning().apply(base)))
        .containsExactlyElementsOf(base.parameters().keySet());
  }

  @Test
  void normsAreTrainedInTheChosenLayers() {
    assertThat(trained(new NormTuning(LayerSelection.parse("last 1")).apply(base)))
        .containsExactly("l1.norm.weight", "l1.norm.bias", "head.weight", "head.bias");
    assertThat(trained(new NormTuning(LayerSelection.ALL).apply(base)))
        .contains("l0.norm.weight", "l1.norm.bias");
  }

  @Test
  void gatesDivideTheFeatures() {
    assertThatThrownBy(() -> gated(4).apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("gates: expected a divisor of the 6 features of x_v, found 4");
    assertThat(gated(3).apply(base).parameters().get("layers.0.mlp.G.weight").shape())
        .containsExactly(3L, 6L);
    assertThatThrownBy(() -> gated(0)).hasMessage("gates: expected 1 or more, found 0");
    assertThatThrownBy(() -> new Affine(2, 1, 0, Initializer.KAIMING))
        .hasMessage("terms: expected 1 or more, found 0");
  }

  private static Tuning gated(int gates) {
    return StateTuning.control(
        new Gated(2, 1, gates, Initializer.KAIMING), LayerSelection.parse("first 1"));
  }

  @Test
  void controlGoesAroundBlocks() {
    Graph graph = StateTuning.control(G, LayerSelection.parse("last 1")).apply(base);
    assertThat(trained(graph))
        .containsExactly(
            "layers.1.mlp.A.weight", "layers.1.mlp.B.weight", "head.weight", "head.bias");
    assertThat(inputs(graph, "l1.sum")).containsExactly("l1.sum@0", "l0.sum");
    assertThat(graph.contains("l0.sum@0")).isFalse();
  }

  @Test
  void tuningsInAnyOrderMeetTheSameLinear() {
    Tuning series =
        new StateTuning(List.of(ControlEdge.between("l0.gate", "l0.gate", G)), LayerSelection.ALL);
    Graph first = Tuning.all(List.of(lora("gate"), series)).apply(base);
    assertThat(inputs(first, "l0.gate")).containsExactly("l0.gate@1", "l0.gate@1");
    assertThat(inputs(first, "l0.gate@1")).containsExactly("l0.gate@0", "l0.norm");
    Graph last = Tuning.all(List.of(series, lora("gate"))).apply(base);
    assertThat(inputs(last, "l0.gate")).containsExactly("l0.gate@1", "l0.norm");
    assertThat(inputs(last, "l0.gate@1")).containsExactly("l0.gate@0", "l0.gate@0");
  }

  @Test
  void refusesUnknownTargets() {
    assertThatThrownBy(() -> lora("gat").apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessage("targets: expected some of [down, gate, up], found 'gat'");
    assertThatThrownBy(() -> new Dora(2, 4, 0, List.of(), LayerSelection.ALL).apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessage("targets: expected at least one projection, found none");
  }

  @Test
  void refusesTheSameControlTwice() {
    Tuning control = StateTuning.control(G, LayerSelection.ALL);
    assertThatThrownBy(() -> Tuning.all(List.of(control, control)).apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'layers.0.mlp.A.weight' belongs to state 'l0.sum' already");
    assertThatThrownBy(() -> Tuning.all(List.of(lora("up"), lora("up"))).apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'l0.up.lora_A.weight' belongs to state 'l0.up' already");
  }

  @Test
  void refusesDoraOnWhatIsNoLinear() {
    Tuning dora = new Dora(2, 4, 0, List.of("gate"), LayerSelection.ALL);
    assertThatThrownBy(() -> Tuning.all(List.of(dora, dora)).apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessage("state 'l0.gate': expected a linear to reparametrize, found dora_control");
  }

  @Test
  void endpointsAreBothPlacesOrBothNames() {
    assertThatThrownBy(() -> new ControlEdge("input", "l0.sum", "g", G))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "control edge from 'input' to 'l0.sum': expected two places of a layer ([input, middle,"
                + " output, attention_output, mlp_output]) or two names of states, found one of"
                + " each");
  }

  @Test
  void refusesOptionsOutsideTheirRange() {
    assertThatThrownBy(() -> new LowRank(0, 1, false, 0, Initializer.KAIMING))
        .hasMessage("rank: expected 1 or more, found 0");
    assertThatThrownBy(() -> new LowRank(2, 1, false, 1, Initializer.KAIMING))
        .hasMessage("dropout: expected a probability from 0 up to but not 1, found 1.0");
    assertThatThrownBy(() -> new LowRank(2, Double.NaN, false, 0, Initializer.KAIMING))
        .hasMessage("alpha: expected a finite number, found NaN");
    assertThatThrownBy(() -> new Bottleneck(0, 1)).hasMessage("rank: expected 1 or more, found 0");
    assertThatThrownBy(() -> BlockName.of("ffn"))
        .hasMessage("blocks: expected attn, mlp or block, found 'ffn'");
  }
}
