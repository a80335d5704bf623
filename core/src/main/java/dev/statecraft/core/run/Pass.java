package dev.statecraft.core.run;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.Step;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.CompressedRows;
import dev.statecraft.tensor.quant.RowCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One pass of a plan over one batch. Owns what it computes; what the plan keeps can be read until
 * it is closed. Gradients of trained parameters are added to those of the {@link Weights}.
 */
public final class Pass implements AutoCloseable {
  private final StatePlan plan;
  private final Weights weights;
  private final Batch batch;
  private final PassOptions options;
  private final Torch torch;
  private final KeyValueCache cache;
  private final Ledger ledger;
  private final StoredStates stored = new StoredStates();
  private final Map<String, Tensor> values = new HashMap<>();
  private final Map<String, Map<String, Tensor>> extras = new HashMap<>();
  private final Map<String, CompressedRows> compressed = new HashMap<>();
  private final Map<String, Tensor> dequantized = new HashMap<>();
  private final Map<String, Integer> indices = new HashMap<>();
  private final Gradients gradients;
  private final JoinedProducts joined;

  private Pass(
      StatePlan plan,
      Weights weights,
      Batch batch,
      PassOptions options,
      KeyValueCache cache,
      Ledger ledger) {
    this.plan = plan;
    this.weights = weights;
    this.batch = batch;
    this.options = options;
    this.cache = cache;
    this.ledger = ledger;
    torch = weights.torch();
    gradients = new Gradients(torch, plan, batch.extents(), this::typeOf);
    joined = new JoinedProducts(plan.joined(), weights, cache != null);
    for (Edge edge : plan.graph().edges()) {
      indices.put(edge.name(), indices.size());
    }
  }

  /**
   * Takes all steps of a plan.
   *
   * @throws IllegalArgumentException if the batch lacks an input that the plan reads
   */
  public static Pass run(StatePlan plan, Weights weights, Batch batch, PassOptions options) {
    return run(new Pass(plan, weights, batch, options, null, null));
  }

  /** Takes all steps of a plan and writes down what memory each takes. */
  public static Pass run(
      StatePlan plan, Weights weights, Batch batch, PassOptions options, Ledger ledger) {
    return run(new Pass(plan, weights, batch, options, null, ledger));
  }

  /** Takes all steps of an inference plan, with the keys and values of earlier tokens. */
  public static Pass run(
      StatePlan plan, Weights weights, Batch batch, PassOptions options, KeyValueCache cache) {
    return run(new Pass(plan, weights, batch, options, cache, null));
  }

  private static Pass run(Pass pass) {
    try {
      pass.steps();
    } catch (RuntimeException | Error e) {
      pass.close();
      throw e;
    }
    return pass;
  }

  /**
   * The value of a state that the plan keeps.
   *
   * @throws IllegalArgumentException if it is not kept
   */
  public Tensor value(String state) {
    Tensor value = values.get(state);
    if (value == null) {
      throw new IllegalArgumentException(
          "state '" + state + "' is not kept; kept are " + plan.kept());
    }
    return value;
  }

  private void steps() {
    for (Step step : plan.steps()) {
      if (ledger == null) {
        timed(step);
      } else {
        ledger.begin(stored.list());
        timed(step);
        ledger.end(step);
      }
    }
  }

  private void timed(Step step) {
    if (options.profile().isPresent()) {
      options.profile().get().time(torch, step, () -> take(step));
    } else {
      take(step);
    }
  }

  private void take(Step step) {
    try (Scope scope = torch.scope()) {
      if (step instanceof Step.Compute compute) {
        compute(compute);
      } else if (step instanceof Step.Differentiate differentiate) {
        differentiate(differentiate.edges());
      } else if (step instanceof Step.Compress compress) {
        compress(compress);
      } else if (step instanceof Step.Restore restore) {
        restore(restore.state());
      } else if (step instanceof Step.Release release) {
        release(release.states());
      }
      releaseDequantized();
    }
  }

  private void releaseDequantized() {
    dequantized.values().forEach(Tensor::close);
    dequantized.clear();
  }

  private void compute(Step.Compute step) {
    if (step.edges().size() > 1) {
      computeFused(step.edges());
      return;
    }
    Edge edge = step.edges().get(0);
    Tensor output = edge.op().forward(new EdgeRun(this, edge, step.overwrites()));
    put(edge, output);
    extras
        .getOrDefault(edge.name(), Map.of())
        .forEach((name, extra) -> stored.add(edge.layer(), extraName(edge, name), extra));
  }

  private void put(Edge edge, Tensor value) {
    values.put(edge.name(), value.escape());
    // What is to be compressed is only on its way.
    if (plan.stores(edge.output()) && plan.format(edge.output()) == StateFormat.EXACT) {
      stored.add(edge.layer(), edge.name(), value);
    }
  }

  private void computeFused(List<Edge> group) {
    Tensor x = value(group.get(0).inputs().get(0));
    Tensor joined = x.linear(weights.fused(group, 0));
    if (group.get(0).parameters().size() > 1) {
      joined.addInPlace(weights.fused(group, 1));
    }
    long column = 0;
    for (Edge edge : group) {
      long width = edge.output().shape().features();
      put(edge, joined.narrow(1, column, width));
      column += width;
    }
  }

  private void differentiate(List<Edge> edges) {
    if (edges.size() > 1) {
      differentiateFused(edges);
      return;
    }
    Edge edge = edges.get(0);
    State output = edge.output();
    if (!gradients.has(output)) {
      // Only the loss has no consumer that gave it one.
      gradients.seed(
          output, torch.full(typeOf(output), 1, output.shape().resolve(batch.extents())));
    }
    gradients.begin(output);
    edge.op().backward(new EdgeRun(this, edge, false));
    gradients.release(output);
    Map<String, Tensor> kept = extras.remove(edge.name());
    if (kept != null) {
      kept.forEach(
          (name, extra) -> {
            extra.close();
            stored.remove(extraName(edge, name));
          });
    }
  }

  private static String extraName(Edge edge, String name) {
    return edge.name() + ": " + name;
  }

  private void differentiateFused(List<Edge> group) {
    List<State> outputs = group.stream().map(Edge::output).toList();
    Tensor upstream = gradients.joined(outputs);
    State input = group.get(0).inputs().get(0);
    gradients.sink(input).addMatmul(upstream, weights.fused(group, 0), 1);
    outputs.forEach(gradients::release);
    gradients.releaseJoined(outputs.get(0));
  }

  private void compress(Step.Compress step) {
    RowCodec codec = step.format().codec().orElseThrow();
    String name = step.state().name();
    CompressedRows rows = codec.compress(value(step.state()));
    compressed.put(name, rows);
    stored.add(plan.graph().producer(name).orElseThrow().layer(), name, rows.tensors());
  }

  private void restore(State state) {
    try (CompressedRows rows = compressed.remove(state.name())) {
      values.put(state.name(), rows.restore().escape());
    }
    stored.remove(state.name());
  }

  private void release(List<State> states) {
    for (State state : states) {
      Tensor value = values.remove(state.name());
      if (value != null) {
        value.close();
        if (!compressed.containsKey(state.name())) {
          stored.remove(state.name());
        }
      }
    }
  }

  Tensor value(State state) {
    Tensor value = values.get(state.name());
    return value != null ? value : batch.state(state.name());
  }

  /** A quantized parameter's values, once for the whole step; the pass owns them. */
  Tensor dequantized(String parameter) {
    return dequantized.computeIfAbsent(parameter, name -> weights.inComputeType(name).escape());
  }

  void keepExtra(Edge edge, String name, Tensor extra) {
    Tensor before =
        extras.computeIfAbsent(edge.name(), key -> new HashMap<>()).put(name, extra.escape());
    if (before != null) {
      before.close(); // Computed again.
    }
  }

  Tensor extra(Edge edge, String name) {
    Tensor extra = extras.getOrDefault(edge.name(), Map.of()).get(name);
    if (extra == null) {
      throw new IllegalStateException("state '" + edge.name() + "' kept no extra '" + name + "'");
    }
    return extra;
  }

  DType typeOf(State state) {
    if (state.precision() == Precision.INDEX) {
      return DType.INT64;
    }
    DType compute = weights.computeType();
    return state.precision() == Precision.MASTER ? compute.master() : compute;
  }

  long seedOf(Edge edge) {
    return Generator.mix(options.seed(), indices.get(edge.name()));
  }

  boolean differentiates(Edge edge) {
    return plan.differentiates(edge);
  }

  Demand demand(Edge edge) {
    return plan.demand(edge);
  }

  /** What an edge reads through its thin matrix, if one product gives that of several edges. */
  Optional<Tensor> joined(Edge edge) {
    return joined.of(edge, value(edge.inputs().get(1)));
  }

  Torch torch() {
    return torch;
  }

  Weights weights() {
    return weights;
  }

  Batch batch() {
    return batch;
  }

  PassOptions options() {
    return options;
  }

  Gradients gradients() {
    return gradients;
  }

  Optional<KeyValueCache> cache() {
    return Optional.ofNullable(cache);
  }

  /** Frees everything the pass still holds. */
  @Override
  public void close() {
    values.values().forEach(Tensor::close);
    values.clear();
    compressed.values().forEach(CompressedRows::close);
    compressed.clear();
    extras.values().forEach(kept -> kept.values().forEach(Tensor::close));
    extras.clear();
    releaseDequantized();
    joined.close();
    gradients.close();
  }
}
