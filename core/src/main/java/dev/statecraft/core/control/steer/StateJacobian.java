package dev.statecraft.core.control.steer;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.ElementSum;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How a text's last token of one state moves that of a later one: {@code J[i, j] = d to[last, i] /
 * d from[last, j]}, exact, of the part of the graph that lies between the two.
 *
 * <p>Every row of J is a vector-Jacobian product. A batch holds the text many times, and of each
 * copy another feature of the later state is summed up; what the backward then brings to a copy's
 * last token of the earlier state is the row of that feature. The earlier state comes with the
 * batch, so nothing before it is computed; and what computes every row by itself, up to the later
 * state, does so for last tokens alone.
 */
public final class StateJacobian {
  private static final Axis PROBES = new Axis("probes", Axis.Kind.CHOSEN);
  private static final String ENTERING = "jacobian.entering";
  private static final String ROWS = "jacobian.rows";
  private static final String FEATURES = "jacobian.features";
  private static final String PICKED = "jacobian.picked";
  private static final String SUM = "jacobian.sum";
  private static final String SENSOR = "jacobian.sensor";

  private final State from;
  private final State to;
  private final List<State> inputs;
  private final List<Edge> between;

  private StateJacobian(State from, State to, List<State> inputs, List<Edge> between) {
    this.from = from;
    this.to = to;
    this.inputs = inputs;
    this.between = between;
  }

  /**
   * The Jacobian between two states {@code [tokens, features]}, their features' numbers fixed.
   *
   * @throws GraphException if there is no such state, or {@code to} is not computed from {@code
   *     from}
   */
  public static StateJacobian of(Graph graph, String from, String to) {
    State start = graph.state(from);
    State end = graph.state(to);
    Set<String> needed = new HashSet<>(Set.of(to));
    List<Edge> between = new ArrayList<>();
    for (int i = graph.edges().size() - 1; i >= 0; i--) {
      Edge edge = graph.edges().get(i);
      if (needed.contains(edge.name()) && !edge.name().equals(from)) {
        edge.inputs().forEach(input -> needed.add(input.name()));
        between.add(0, frozen(edge));
      }
    }
    if (from.equals(to) || !needed.contains(from)) {
      throw new GraphException(
          "a Jacobian: expected a state that is computed from '" + from + "', found '" + to + "'");
    }
    List<State> inputs =
        graph.inputs().stream()
            .filter(input -> needed.contains(input.name()) && !input.equals(start))
            .toList();
    return new StateJacobian(start, end, inputs, List.copyOf(between));
  }

  private static Edge frozen(Edge edge) {
    return edge.withParameters(
        edge.parameters().stream().map(parameter -> parameter.withTrainable(false)).toList());
  }

  /** What lies between the states, with a sensor at its beginning and the sum at its end. */
  private Graph probed(int copies) {
    State entering = new State(ENTERING, from.shape(), from.precision());
    State rows = index(ROWS);
    State features = index(FEATURES);
    State picked = index(PICKED);
    List<State> all = new ArrayList<>(inputs);
    all.addAll(List.of(entering, rows, features, picked));
    List<Edge> edges = new ArrayList<>();
    Parameter sensor =
        Parameter.control(SENSOR, Initializer.ZEROS, copies, from.shape().features());
    edges.add(new Edge(from, new StateSensor(), List.of(entering), List.of(sensor), -1));
    LastRows last = new LastRows(rows, between, to);
    between.forEach(edge -> edges.addAll(last.edges(edge)));
    ElementSum sum = new ElementSum();
    List<State> summed = List.of(last.state(to), picked, features);
    State output = new State(SUM, sum.infer(summed, List.of()), sum.precision());
    edges.add(new Edge(output, sum, summed, List.of(), -1));
    return new Graph(all, edges, List.of());
  }

  private static State index(String name) {
    return new State(name, Shape.of(PROBES), Precision.INDEX);
  }

  /**
   * J, {@code [features of to, features of from]}, of one text.
   *
   * @param source the weights of what lies between
   * @param x the value of {@code from} where the text goes through the model, {@code [tokens,
   *     features]}
   * @param copies a batch of so many copies of the text, with the graph's other inputs
   * @param tokensAtOnce how many tokens a pass has at most, as long as one copy has no more
   */
  public double[][] at(
      Torch torch,
      WeightSource source,
      DType type,
      Tensor x,
      IntFunction<HostBatch> copies,
      int tokensAtOnce) {
    int height = Math.toIntExact(to.shape().features());
    int count = (int) Math.max(1, Math.min(height, tokensAtOnce / x.size(0)));
    Graph graph = probed(count);
    StatePlan plan = StatePlan.training(graph, SUM, Set.of(), StorePolicy.ALL);
    HostBatch texts = copies.apply(count);
    double[][] jacobian = new double[height][];
    try (Weights weights = Weights.load(torch, graph, type, source, 0)) {
      for (int start = 0; start < height; start += count) {
        weights.flatGradients().zero();
        try (Batch batch = probing(texts, x, start, height).upload(torch, type)) {
          Pass.run(plan, weights, batch, PassOptions.INFERENCE).close();
        }
        double[] rows = weights.gradient(SENSOR).toDoubles();
        int width = rows.length / count;
        for (int i = 0; i < count && start + i < height; i++) {
          jacobian[start + i] = Arrays.copyOfRange(rows, i * width, (i + 1) * width);
        }
      }
    }
    return jacobian;
  }

  /** The copies, each with another feature to sum up; those too many have the last one again. */
  private HostBatch probing(HostBatch texts, Tensor x, int start, int height) {
    Axis axis = from.shape().axis();
    Layout layout = texts.extents().layout(axis);
    int[] features = new int[layout.sequences()];
    Arrays.setAll(features, i -> Math.min(start + i, height - 1));
    Map<String, HostBatch.Value> values = new HashMap<>(texts.values());
    values.put(ENTERING, (torch, type) -> repeated(x.as(type), layout));
    values.put(ROWS, HostBatch.Value.indices(StateSensor.lastTokens(layout)));
    values.put(FEATURES, HostBatch.Value.indices(features));
    boolean alone = new LastRows(index(ROWS), between, to).has(to);
    values.put(
        PICKED,
        HostBatch.Value.indices(
            alone
                ? IntStream.range(0, layout.sequences()).toArray()
                : StateSensor.lastTokens(layout)));
    Extents extents = texts.extents().with(PROBES, layout.sequences());
    return new HostBatch(extents, values);
  }

  private static Tensor repeated(Tensor x, Layout layout) {
    return x.unsqueeze(0)
        .expand(layout.sequences(), x.size(0), x.size(1))
        .reshape(layout.tokens(), x.size(1))
        .copy();
  }
}
