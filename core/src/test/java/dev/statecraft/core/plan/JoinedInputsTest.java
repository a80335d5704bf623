package dev.statecraft.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.SmallModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoinedInputsTest {
  private static final LowRank G = new LowRank(2, 1, false, 0, Initializer.KAIMING);
  private static final Graph BASE = SmallModel.graph();

  private static Graph lora(String... targets) {
    return new Lora(2, 4, 0.1, List.of(targets), LayerSelection.ALL).apply(BASE);
  }

  private static Optional<List<String>> joined(Graph graph, String state) {
    return StatePlan.inference(graph, Set.of("logits"))
        .joined()
        .groupOf(graph.producer(state).orElseThrow())
        .map(group -> group.stream().map(Edge::name).toList());
  }

  @Test
  void edgesOfOneStateInALayerAreOneProduct() {
    Graph graph = lora("gate", "up", "down");
    assertThat(joined(graph, "l1.up")).contains(List.of("l1.gate", "l1.up"));
    assertThat(joined(graph, "l1.gate")).contains(List.of("l1.gate", "l1.up"));
    assertThat(joined(graph, "l0.gate")).contains(List.of("l0.gate", "l0.up"));
    assertThat(joined(graph, "l1.down")).as("alone with its state").isEmpty();
    assertThat(joined(graph, "l1.up@0")).as("the linear itself").isEmpty();
    Graph dora = new Dora(2, 4, 0, List.of("gate", "up"), LayerSelection.ALL).apply(BASE);
    assertThat(joined(dora, "l0.up")).contains(List.of("l0.gate", "l0.up"));
  }

  @Test
  void anEdgeThatIsAloneWithItsStateIsNot() {
    assertThat(joined(lora("up"), "l1.up")).isEmpty();
    Graph control = StateTuning.control(G, LayerSelection.ALL).apply(BASE);
    assertThat(joined(control, "l0.sum")).isEmpty();
  }

  /** What a training pass computes is as it was: numbers, memory and what a backward reads. */
  @Test
  void nothingIsJoinedWhereThereIsABackward() {
    Graph graph = lora("gate", "up");
    StatePlan plan = StatePlan.training(graph, "loss", Set.of(), StorePolicy.ALL);
    assertThat(graph.edges()).allMatch(edge -> plan.joined().groupOf(edge).isEmpty());
  }
}
