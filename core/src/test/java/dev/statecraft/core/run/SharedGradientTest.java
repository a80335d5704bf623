package dev.statecraft.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Columns;
import dev.statecraft.core.op.CrossEntropyLoss;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients that share memory: where contributions meet, and where fused linears lie. */
class SharedGradientTest {
  private static final int WIDTH = SmallModel.WIDTH;
  private static final Closeness CLOSE = Closeness.relative(1e-8).withFloor(0.1);

  /** Endpoints of control edges on the small model. */
  static Stream<List<String>> endpoints() {
    return Stream.of(
        List.of("l0.norm", "l0.gate"),
        // In series on an output of fused linears, whose gradient has a place of its own.
        List.of("l0.gate", "l0.gate"),
        List.of("l1.up", "l1.up"),
        List.of("l0.gate", "l0.up"),
        List.of("l0.gate", "l1.gate"),
        List.of("l0.gate", "l0.sum"),
        List.of("l0.sum", "l0.sum"),
        List.of("embedded", "l1.up"),
        List.of("l0.norm", "l0.norm"),
        List.of("l0.down", "l1.sum"),
        List.of("x", "l0.norm"));
  }

  private static Graph trainEmbedding(Graph graph) {
    return graph
        .edit()
        .replace(
            "embedded",
            edge -> edge.withParameters(List.of(edge.parameters().get(0).withTrainable(true))))
        .build();
  }

  private static void check(Graph graph) {
    try (Torch torch = Torch.cpu()) {
      try (Weights weights = SmallModel.weights(torch, graph)) {
        for (StorePolicy policy : StorePolicy.values()) {
          SmallModel.differentiate(torch, graph, weights, policy, PassOptions.INFERENCE);
          for (Parameter parameter : graph.trainableParameters()) {
            double[] gradient = weights.gradient(parameter.name()).toDoubles();
            CLOSE.check(
                parameter.name() + ", store " + policy.label(),
                gradient,
                SmallModel.differences(torch, graph, weights, parameter.name()));
          }
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void controlAnywhere(List<String> ends) {
    LowRank g = new LowRank(2, 0.7, true, 0, Initializer.KAIMING);
    StateTuning tuning =
        new StateTuning(
            List.of(ControlEdge.between(ends.get(0), ends.get(1), g)), LayerSelection.ALL);
    check(trainEmbedding(tuning.apply(SmallModel.graph())));
  }

  @Test
  void manyControlsOfOneState() {
    LowRank g = new LowRank(2, 0.7, false, 0, Initializer.KAIMING);
    StateTuning tuning =
        new StateTuning(
            List.of(
                ControlEdge.between("l0.gate", "l0.gate", g),
                ControlEdge.between("embedded", "l0.sum", g),
                ControlEdge.between("l0.norm", "l0.sum", g),
                ControlEdge.between("l0.sum", "l1.gate", g),
                ControlEdge.between("l0.gated", "l1.gate", g)),
            LayerSelection.ALL);
    check(trainEmbedding(tuning.apply(SmallModel.graph())));
  }

  @Test
  void twoFusedOutputsMayShareOneGradient() {
    Graph small = SmallModel.graph();
    GraphBuilder builder = new GraphBuilder();
    small.inputs().forEach(i -> builder.input(i.name(), i.shape(), i.precision()));
    for (Edge edge : small.edges()) {
      builder.inLayer(edge.layer());
      builder.edge(
          edge.name(),
          edge.name().endsWith(".gated") ? new Add() : edge.op(),
          edge.inputs(),
          edge.parameters().toArray(Parameter[]::new));
    }
    check(trainEmbedding(builder.build()));
  }

  /** Columns of one state, some read twice, some by nobody; a sum gives two one gradient. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void columnsOfOneState(boolean whole) {
    GraphBuilder graph = new GraphBuilder();
    State x = graph.input("x", Shape.sequences(WIDTH), Precision.COMPUTE);
    State labels = graph.input("labels", Shape.of(Axis.SEQUENCES), Precision.INDEX);
    State joined =
        graph.edge(
            "joined",
            new Linear(false),
            List.of(x),
            Parameter.base("joined.weight", 11, WIDTH).withTrainable(true));
    State first = graph.edge("first", new Columns(0, 3), List.of(joined));
    State second = graph.edge("second", new Columns(3, 3), List.of(joined));
    State again = graph.edge("again", new Columns(2, 3), List.of(joined));
    State sum = graph.edge("sum", new Add(), List.of(first, second));
    State logits = graph.edge("logits", new Add(), List.of(sum, again));
    if (whole) { // A reader of all columns, before and behind the others.
      State all = graph.edge("all", new Activation(Activation.Kind.TANH), List.of(joined));
      State last = graph.edge("last", new Columns(8, 3), List.of(all));
      logits = graph.edge("scores", new Add(), List.of(logits, last));
    }
    graph.edge("loss", new CrossEntropyLoss(), List.of(logits, labels));
    check(graph.build());
  }

  /** What a third reader of one of two states of one gradient may be. */
  static Stream<Op> readers() {
    // The first adds a tensor to the sum, the second a product.
    return Stream.of(new Activation(Activation.Kind.TANH), new Linear(false));
  }

  @ParameterizedTest
  @MethodSource("readers")
  void whatIsAddedToOneHolderOfAGradientIsNotSeenByTheOther(Op reader) {
    GraphBuilder graph = new GraphBuilder();
    State x = graph.input("x", Shape.sequences(WIDTH), Precision.COMPUTE);
    State labels = graph.input("labels", Shape.of(Axis.SEQUENCES), Precision.INDEX);
    State a = graph.edge("a", new Linear(false), List.of(x), trained("a", WIDTH));
    State b = graph.edge("b", new Linear(false), List.of(x), trained("b", WIDTH));
    Parameter[] own =
        reader instanceof Linear
            ? new Parameter[] {Parameter.base("c.weight", WIDTH, WIDTH)}
            : new Parameter[0];
    State c = graph.edge("c", reader, List.of(a), own);
    // Backwards, the sums come first: a and b hold one gradient when c's is added to that of a.
    State both = graph.edge("both", new Add(), List.of(a, b));
    State all = graph.edge("all", new Add(), List.of(both, c));
    State logits = graph.edge("logits", new Linear(false), List.of(all), trained("head", 3));
    graph.edge("loss", new CrossEntropyLoss(), List.of(logits, labels));
    check(graph.build());
  }

  private static Parameter trained(String name, long out) {
    return Parameter.base(name + ".weight", out, WIDTH).withTrainable(true);
  }
}
