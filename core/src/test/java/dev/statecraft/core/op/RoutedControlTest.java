package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Edges that are experts for each other: the three ops, and what reads what. */
class RoutedControlTest extends OpTest {
  private static LowRank lowRank(double scale, boolean bias) {
    return new LowRank(2, scale, bias, 0, Initializer.KAIMING);
  }

  /** Around both MLPs, before and after them a series edge each: four edges of one width. */
  private static Graph four(int k, boolean bias) {
    List<ControlEdge> edges =
        List.of(
            // Told in another order than that of the graph.
            ControlEdge.between("l1.sum", "l1.sum", new Routed(k, lowRank(0.9, bias))),
            ControlEdge.around(BlockName.MLP, new Routed(k, lowRank(0.5, bias))),
            ControlEdge.between("embedded", "embedded", new Routed(k, lowRank(1.3, bias))));
    return new StateTuning(edges, LayerSelection.ALL).apply(SmallModel.graph());
  }

  private static Op op(Graph graph, String state) {
    return graph.producer(state).orElseThrow().op();
  }

  private static List<String> inputs(Graph graph, String state) {
    return graph.producer(state).orElseThrow().inputs().stream().map(State::name).toList();
  }

  private static List<String> parameters(Graph graph, String state) {
    return graph.producer(state).orElseThrow().parameters().stream().map(Parameter::name).toList();
  }

  @Test
  void anEdgeReadsTheLowRankStatesOfThoseBeforeIt() {
    Graph graph = four(2, false);
    String first = "control.embedded.to.embedded.";
    assertThat(inputs(graph, first + "hidden")).containsExactly("embedded@0");
    assertThat(inputs(graph, "embedded")).containsExactly("embedded@0", first + "hidden");
    assertThat(inputs(graph, "l0.sum"))
        .containsExactly("l0.sum@0", "layers.0.mlp.hidden", "layers.0.mlp.gates", first + "hidden");
    assertThat(inputs(graph, "layers.0.mlp.gates")).containsExactly("embedded");
    // Of two edges to one state the list's first comes first, here that in series.
    assertThat(inputs(graph, "l1.sum@1"))
        .containsExactly(
            "l1.sum@0",
            "control.l1.sum.to.l1.sum.hidden",
            "control.l1.sum.to.l1.sum.gates",
            first + "hidden",
            "layers.0.mlp.hidden");
    assertThat(inputs(graph, "l1.sum"))
        .startsWith("l1.sum@1", "layers.1.mlp.hidden", "layers.1.mlp.gates", first + "hidden")
        .hasSize(6);
    assertThat(parameters(graph, "l0.sum"))
        .containsExactly("layers.0.mlp.B.weight", first + "B.weight");
    assertThat(graph.parameters().get("layers.1.mlp.G.weight").shape()).containsExactly(3L, 6L);
  }

  @Test
  void statesOfAnotherWidthAreNotRead() {
    Routed function = new Routed(1, lowRank(1, false));
    List<ControlEdge> edges =
        List.of(
            ControlEdge.between("l0.norm", "l0.gated", function),
            ControlEdge.between("l0.norm", "l0.down", function),
            ControlEdge.between("l1.norm", "l1.gated", function));
    Graph graph = new StateTuning(edges, LayerSelection.ALL).apply(SmallModel.graph());
    assertThat(inputs(graph, "l0.down")).hasSize(2);
    assertThat(inputs(graph, "l1.gated")).last().isEqualTo("control.l0.norm.to.l0.gated.hidden");
  }

  @Test
  void withoutAnyItIsPlainControl() {
    Graph plain =
        StateTuning.control(lowRank(0.5, true), LayerSelection.ALL).apply(SmallModel.graph());
    Graph routed =
        StateTuning.control(new Routed(0, lowRank(0.5, true)), LayerSelection.ALL)
            .apply(SmallModel.graph());
    assertThat(routed.edges()).isEqualTo(plain.edges());
    assertThatThrownBy(() -> new Routed(-1, lowRank(1, false)))
        .isInstanceOf(UsageException.class)
        .hasMessage("k: expected 0 or more, found -1");
  }

  /** However little a policy stores, no layer is computed again for what another one reads. */
  @ParameterizedTest
  @EnumSource
  void whatOtherLayersReadIsStored(StorePolicy policy) {
    StatePlan plan = StatePlan.training(four(2, false), "loss", Set.of(), policy);
    assertThat(plan.stored())
        .extracting(State::name)
        .contains("layers.0.mlp.hidden", "layers.0.mlp.gates", "layers.1.mlp.gates");
  }

  @Test
  void hidden() {
    of(op(four(2, true), "layers.0.mlp.hidden"), 3, 2)
        .input(Shape.tokens(4))
        .parameter(2, 4)
        .parameter(2)
        .verify((x, w) -> x.get(0).matmul(w.get(0).t()).add(w.get(1)));
    of(op(four(2, false), "layers.0.mlp.hidden"), 3)
        .input(Shape.tokens(4))
        .parameter(2, 4)
        .verify((x, w) -> x.get(0).matmul(w.get(0).t()));
  }

  /** Fewer than there are, as many, and more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void gates(int k) {
    of(op(four(k, false), "layers.1.mlp.gates"), 4, 3)
        .input(Shape.tokens(5))
        .small()
        .parameter(3, 5)
        .parameter(3)
        .verify(
            (x, w) -> {
              Tensor z = x.get(0).matmul(w.get(0).t()).add(w.get(1));
              Tensor powers = z.exp().mul(largest(z.toDoubles(), 3, k, z));
              return powers.div(powers.sumKeep(1));
            });
  }

  /** 1 where fewer than k numbers of the row are larger, or equal and earlier. */
  private static Tensor largest(double[] z, int columns, int k, Tensor like) {
    double[] chosen = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      int row = i / columns * columns;
      int before = 0;
      for (int j = row; j < row + columns; j++) {
        before += z[j] > z[i] || (z[j] == z[i] && j < i) ? 1 : 0;
      }
      chosen[i] = before < k ? 1 : 0;
    }
    return like.torch().of(DType.FLOAT64, chosen, like.shape());
  }

  @Test
  void theSumOfItsOwnControlAndOthers() {
    of(op(four(2, false), "l1.sum@1"), 3, 2)
        .input(Shape.tokens(5))
        .input(Shape.tokens(2))
        .input(Shape.tokens(2))
        .input(Shape.tokens(3))
        .input(Shape.tokens(1))
        .parameter(5, 2)
        .parameter(5, 3)
        .parameter(5, 1)
        .verify(
            (x, w) ->
                x.get(0)
                    .add(x.get(1).matmul(w.get(0).t()).mul(0.9))
                    .add(expert(x, 0, 1.3, x.get(3).matmul(w.get(1).t())))
                    .add(expert(x, 1, 0.5, x.get(4).matmul(w.get(2).t()))));
  }

  @Test
  void theSumWithBiases() {
    of(op(four(2, true), "l1.sum@1"), 4)
        .input(Shape.tokens(5))
        .input(Shape.tokens(2))
        .input(Shape.tokens(2))
        .input(Shape.tokens(3))
        .input(Shape.tokens(1))
        .parameter(5, 2)
        .parameter(5)
        .parameter(5, 3)
        .parameter(5)
        .parameter(5, 1)
        .parameter(5)
        .verify(
            (x, w) ->
                x.get(0)
                    .add(x.get(1).matmul(w.get(0).t()).add(w.get(1)).mul(0.9))
                    .add(expert(x, 0, 1.3, x.get(3).matmul(w.get(2).t()).add(w.get(3))))
                    .add(expert(x, 1, 0.5, x.get(4).matmul(w.get(4).t()).add(w.get(5)))));
  }

  private static Tensor expert(List<Tensor> x, int gate, double scale, Tensor control) {
    return control.mul(x.get(2).narrow(1, gate, 1)).mul(scale);
  }
}
