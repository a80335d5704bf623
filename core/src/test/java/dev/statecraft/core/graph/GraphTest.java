package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.run.SmallModel;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class GraphTest {
  private static final State X = state("x", 6);
  private static final Op TANH = new Activation(Activation.Kind.TANH);

  private static State state(String name, long features) {
    return State.compute(name, Shape.tokens(features));
  }

  private static Edge tanh(String to, String from) {
    return new Edge(state(to, 6), TANH, List.of(state(from, 6)), List.of(), -1);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(GraphException.class).hasMessage(message);
  }

  private static Block block(String delta) {
    return new Block(Block.MLP, "x", "a", delta);
  }

  private static Graph graph(Edge... edges) {
    return new Graph(List.of(X), List.of(edges), List.of());
  }

  @Test
  void looksUpStatesEdgesAndParameters() {
    Graph graph = SmallModel.graph();
    assertThat(graph.states().keySet()).startsWith("x", "labels", "embedded", "l0.norm");
    assertThat(graph.producer("x")).isEmpty();
    assertThat(graph.producer("l1.gated").orElseThrow().inputs())
        .extracting(State::name)
        .containsExactly("l1.gate", "l1.up");
    assertThat(graph.consumers("l0.sum"))
        .extracting(Edge::name)
        .containsExactly("l1.norm", "l1.sum");
    assertThat(graph.parameters().get("l0.down.weight").shape()).containsExactly(6L, 9L);
    assertThat(graph.trainableParameters()).isEmpty();
  }

  @Test
  void acceptsOneParameterOfTwoEdges() {
    Parameter shared = Parameter.base("w", 6, 6);
    Linear linear = new Linear(false);
    Edge first = new Edge(state("a", 6), linear, List.of(X), List.of(shared), -1);
    Edge second = new Edge(state("b", 6), linear, List.of(first.output()), List.of(shared), -1);
    assertThat(graph(first, second).parameters()).containsOnlyKeys("w");
  }

  @Test
  void refusesCycles() {
    refused(
        () -> graph(tanh("a", "b"), tanh("b", "a")),
        "cycle: state 'a' reads 'b', which is computed from it or after it");
    refused(
        () -> graph(tanh("a", "a")),
        "cycle: state 'a' reads 'a', which is computed from it or after it");
  }

  @Test
  void refusesUnknownStates() {
    refused(() -> graph(tanh("a", "y")), "state 'a' reads 'y', which does not exist");
    Layer layer = new Layer(0, List.of(block("z")), Map.of(), "layers.0");
    refused(
        () -> new Graph(List.of(X), List.of(tanh("a", "x")), List.of(layer)),
        "no state is called 'z'; did you mean 'x', 'a'?");
    Layer projections = new Layer(0, List.of(block("a")), Map.of("q", "qq"), "layers.0");
    refused(
        () -> new Graph(List.of(X), List.of(tanh("a", "x")), List.of(projections)),
        "no state is called 'qq'; did you mean 'x', 'a'?");
  }

  @Test
  void layersAreInOrder() {
    Layer second = new Layer(1, List.of(block("a")), Map.of(), "layers.1");
    assertThatThrownBy(() -> new Graph(List.of(X), List.of(tanh("a", "x")), List.of(second)))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("layers: expected index 0, found Layer[index=1");
  }

  @Test
  void suggestsCloseNames() {
    refused(
        () -> SmallModel.graph().state("l1.gatd"),
        "no state is called 'l1.gatd'; did you mean 'l1.gate', 'l1.gated', 'l0.gate'?");
  }

  @Test
  void refusesStatesThatComeTwice() {
    refused(() -> graph(tanh("a", "x"), tanh("a", "x")), "state 'a' is computed twice");
    refused(() -> graph(tanh("x", "x")), "state 'x' is computed twice");
  }

  @Test
  void refusesShapesThatConflict() {
    Edge wide = new Edge(state("a", 7), TANH, List.of(X), List.of(), -1);
    refused(
        () -> graph(wide),
        "state 'a' (tanh): declared as [tokens, 7], computed as [tokens, 6] from [x [tokens, 6]]");
    Edge other = new Edge(state("a", 7), TANH, List.of(state("x", 7)), List.of(), -1);
    refused(() -> graph(other), "state 'a' reads x [tokens, 7], but that state is x [tokens, 6]");
    Edge y =
        new Edge(
            state("y", 4), new Linear(false), List.of(X), List.of(Parameter.base("w", 4, 6)), -1);
    Edge sum = new Edge(state("s", 6), new Add(), List.of(X, y.output()), List.of(), -1);
    assertThatThrownBy(() -> graph(y, sum))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("state 's' (add): ")
        .hasMessageContaining("y [tokens, 4]")
        .hasMessageContaining("[tokens, 6]");
    assertThatThrownBy(() -> new GraphBuilder().edge("s", new Add(), List.of(X, y.output())))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("state 's' (add): ");
  }

  @Test
  void refusesParametersDeclaredInTwoWays() {
    Linear linear = new Linear(false);
    Edge first =
        new Edge(state("a", 6), linear, List.of(X), List.of(Parameter.base("w", 6, 6)), -1);
    Edge shape =
        new Edge(state("b", 5), linear, List.of(X), List.of(Parameter.base("w", 5, 6)), -1);
    refused(
        () -> graph(first, shape),
        "parameter 'w' is declared as [6, 6] frozen base and [5, 6] frozen base");
    Parameter trained = Parameter.base("w", 6, 6).withTrainable(true);
    Edge role = new Edge(state("b", 6), linear, List.of(X), List.of(trained), -1);
    refused(
        () -> graph(first, role),
        "parameter 'w' is declared as [6, 6] frozen base and [6, 6] trained base");
  }
}
