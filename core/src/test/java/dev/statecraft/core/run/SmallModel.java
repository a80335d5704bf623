package dev.statecraft.core.run;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.CrossEntropyLoss;
import dev.statecraft.core.op.Glu;
import dev.statecraft.core.op.LayerNorm;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pre-norm residual network of gated blocks, small enough to think through: {@code norm}, {@code
 * gate}, {@code up}, {@code gated}, {@code down}, {@code sum} in each of two layers, then a head.
 */
public final class SmallModel {
  public static final int WIDTH = 6;
  public static final int ROWS = 5;
  private static final int CLASSES = 3;

  private SmallModel() {}

  /** The frozen graph. */
  public static Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    State x = graph.input("x", Shape.sequences(WIDTH), Precision.COMPUTE);
    State labels = graph.input("labels", Shape.of(Axis.SEQUENCES), Precision.INDEX);
    x = graph.edge("embedded", new Linear(false), List.of(x), weight("embed", WIDTH, WIDTH));
    for (int i = 0; i < 2; i++) {
      x = layer(graph.inLayer(i), i, x);
    }
    graph.inLayer(-1);
    State logits =
        graph.edge(
            "logits",
            new Linear(true),
            List.of(x),
            Parameter.head("head.weight", Initializer.normal(0.5), CLASSES, WIDTH),
            Parameter.head("head.bias", Initializer.ZEROS, CLASSES));
    graph.edge("loss", new CrossEntropyLoss(), List.of(logits, labels));
    return graph.build();
  }

  private static State layer(GraphBuilder graph, int index, State x) {
    String name = "l" + index + ".";
    State norm =
        graph.edge(
            name + "norm",
            new LayerNorm(1e-5),
            List.of(x),
            Parameter.base(name + "norm.weight", WIDTH),
            Parameter.base(name + "norm.bias", WIDTH));
    State gate =
        graph.edge(
            name + "gate", new Linear(false), List.of(norm), weight(name + "gate", 9, WIDTH));
    State up =
        graph.edge(name + "up", new Linear(false), List.of(norm), weight(name + "up", 9, WIDTH));
    State gated = graph.edge(name + "gated", new Glu(), List.of(gate, up));
    State down =
        graph.edge(
            name + "down", new Linear(false), List.of(gated), weight(name + "down", WIDTH, 9));
    State sum = graph.edge(name + "sum", new Add(), List.of(x, down));
    graph.layer(
        new Layer(
            index,
            List.of(Block.mlp(x, sum, down)),
            Map.of("gate", gate.name(), "up", up.name(), "down", down.name()),
            "layers." + index));
    return sum;
  }

  private static Parameter weight(String name, long out, long in) {
    return Parameter.base(name + ".weight", out, in);
  }

  /** Five rows with a class each. */
  public static Batch batch(Torch torch) {
    return batch(torch, DType.FLOAT64);
  }

  /** Five rows with a class each, in a type. */
  public static Batch batch(Torch torch, DType type) {
    try (Generator generator = torch.generator(3)) {
      return new Batch(
          Extents.of(Layout.even(ROWS, 1)),
          Map.of(
              "x", torch.normal(generator, type, 0, 1, ROWS, WIDTH).escape(),
              "labels", torch.of(new long[] {0, 2, 1, 1, 0}, ROWS).escape()));
    }
  }

  /** Every parameter, those that start at zero too, filled with numbers of deviation 0.5. */
  public static Weights weights(Torch torch, Graph graph) {
    Weights weights = Weights.random(torch, graph, DType.FLOAT64, 1);
    for (Parameter parameter : weights.parameters()) {
      try (Generator generator = torch.generator(parameter.name().hashCode());
          Tensor values = torch.normal(generator, DType.FLOAT64, 0, 0.5, parameter.sizes())) {
        weights.value(parameter.name()).copyFrom(values);
      }
    }
    return weights;
  }

  /** Leaves the gradients of one pass in the weights and returns its loss. */
  public static double differentiate(
      Torch torch, Graph graph, Weights weights, StorePolicy policy, PassOptions options) {
    weights.flatGradients().zero();
    StatePlan plan = StatePlan.training(graph, "loss", Set.of(), policy);
    try (Batch batch = batch(torch);
        Pass pass = Pass.run(plan, weights, batch, options)) {
      return pass.value("loss").item();
    }
  }

  /** The loss alone. */
  public static double loss(Torch torch, Graph graph, Weights weights) {
    try (Batch batch = batch(torch);
        Pass pass =
            Pass.run(
                StatePlan.inference(graph, Set.of("loss")),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      return pass.value("loss").item();
    }
  }

  /** The gradient of a trained parameter by central differences of the loss. */
  public static double[] differences(Torch torch, Graph graph, Weights weights, String name) {
    double step = 1e-5;
    double[] values = weights.value(name).toDoubles();
    double[] gradient = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double[] moved = values.clone();
      moved[i] = values[i] + step;
      double above = lossAt(torch, graph, weights, name, moved);
      moved[i] = values[i] - step;
      gradient[i] = (above - lossAt(torch, graph, weights, name, moved)) / (2 * step);
    }
    set(torch, weights, name, values);
    return gradient;
  }

  private static double lossAt(
      Torch torch, Graph graph, Weights weights, String name, double[] values) {
    set(torch, weights, name, values);
    return loss(torch, graph, weights);
  }

  private static void set(Torch torch, Weights weights, String name, double[] values) {
    Tensor target = weights.value(name);
    try (Tensor source = torch.of(DType.FLOAT64, values, target.shape())) {
      target.copyFrom(source);
    }
  }
}
