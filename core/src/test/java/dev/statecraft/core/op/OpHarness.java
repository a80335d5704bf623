package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs one op, forward and backward, on plain tensors, and holds it to its contract: a backward
 * sees only what {@link Op#reads} named, asks only for gradients that are wanted, changes nothing
 * it may not change, leaves no tensor behind; memory from {@link GradientSink#allocate} is full of
 * NaN.
 */
final class OpHarness {
  /** How the op is run. */
  enum Variant {
    PLAIN,
    /** Inputs may be overwritten and the upstream gradient is owned, as far as the op declares. */
    IN_PLACE,
    /** Inputs, upstream gradient and allocated gradients are column slices of wider buffers. */
    STRIDED,
    IN_PLACE_STRIDED;

    boolean inPlace() {
      return this == IN_PLACE || this == IN_PLACE_STRIDED;
    }

    boolean strided() {
      return this == STRIDED || this == IN_PLACE_STRIDED;
    }
  }

  /** What came out. */
  static final class Result {
    private final long[] shape;
    private final DType dtype;
    private final double[] output;
    private final List<Optional<double[]>> gradients;

    Result(long[] shape, DType dtype, double[] output, List<Optional<double[]>> gradients) {
      this.shape = shape;
      this.dtype = dtype;
      this.output = output;
      this.gradients = gradients;
    }

    long[] shape() {
      return shape;
    }

    DType dtype() {
      return dtype;
    }

    double[] output() {
      return output;
    }

    /** Of inputs, then parameters; empty where not wanted. */
    List<Optional<double[]>> gradients() {
      return gradients;
    }
  }

  private final Torch torch;
  private final Op op;
  private final List<Layout> layouts;
  private final DType computeType;
  private final double lossScale;

  /** All inputs lie along one axis. */
  OpHarness(Torch torch, Op op, Layout layout, DType computeType, double lossScale) {
    this(torch, op, Collections.nCopies(10, layout), computeType, lossScale);
  }

  /** Inputs lie along axes of their own: a layout for each. */
  OpHarness(Torch torch, Op op, List<Layout> layouts, DType computeType, double lossScale) {
    this.torch = torch;
    this.op = op;
    this.layouts = layouts;
    this.computeType = computeType;
    this.lossScale = lossScale;
  }

  /** Runs the forward alone. */
  Result forward(List<Tensor> inputs, List<Tensor> parameters) {
    return run(inputs, parameters, Optional.empty(), Optional.empty(), Variant.PLAIN);
  }

  /** Runs forward and backward. */
  Result forwardBackward(
      List<Tensor> inputs,
      List<Tensor> parameters,
      Tensor upstream,
      Demand demand,
      Variant variant) {
    return run(inputs, parameters, Optional.of(upstream), Optional.of(demand), variant);
  }

  /** Runs the forward with a cache; the caller's scope owns the output. */
  Tensor cachedForward(List<Tensor> inputs, List<Tensor> parameters, KeyValueCache cache) {
    Evaluation evaluation =
        new Evaluation(inputs, parameters, Optional.empty(), Variant.PLAIN, Optional.of(cache));
    Tensor output = evaluation.forward().share();
    evaluation.close();
    return output;
  }

  private Result run(
      List<Tensor> givenInputs,
      List<Tensor> parameters,
      Optional<Tensor> givenUpstream,
      Optional<Demand> demand,
      Variant variant) {
    long before = torch.liveTensors();
    Result result;
    try (Scope scope = torch.scope()) {
      List<Tensor> inputs = givenInputs.stream().map(t -> prepared(t, variant)).toList();
      List<double[]> snapshots = givenInputs.stream().map(Tensor::toDoubles).toList();
      List<double[]> weights = parameters.stream().map(Tensor::toDoubles).toList();
      Evaluation evaluation = new Evaluation(inputs, parameters, demand, variant, Optional.empty());
      Tensor output = evaluation.forward();
      for (int i = 0; i < inputs.size(); i++) {
        if (!evaluation.mayOverwrite(i)) {
          assertThat(output.sharesStorageWith(inputs.get(i)))
              .as("output shares input " + i)
              .isFalse();
        }
      }
      final double[] values = output.toDoubles();
      List<Optional<double[]>> gradients = new ArrayList<>();
      if (givenUpstream.isPresent()) {
        Tensor upstream = prepared(givenUpstream.get(), variant);
        evaluation.backward(upstream, output);
        if (!evaluation.ownsUpstream()) {
          assertThat(upstream.toDoubles())
              .as("upstream after the backward")
              .isEqualTo(givenUpstream.get().toDoubles());
        }
        evaluation.inputSinks.forEach(sink -> gradients.add(sink.total()));
        evaluation.parameterSinks.forEach(sink -> gradients.add(sink.total()));
      }
      for (int i = 0; i < inputs.size(); i++) {
        if (!evaluation.mayOverwrite(i)) {
          assertThat(inputs.get(i).toDoubles()).as("input " + i).isEqualTo(snapshots.get(i));
        }
      }
      for (int i = 0; i < parameters.size(); i++) {
        assertThat(parameters.get(i).toDoubles()).as("parameter " + i).isEqualTo(weights.get(i));
      }
      result = new Result(output.shape(), output.dtype(), values, gradients);
      evaluation.close();
    }
    assertThat(torch.liveTensors()).as("open tensors").isEqualTo(before);
    return result;
  }

  private Tensor prepared(Tensor tensor, Variant variant) {
    Tensor memory =
        variant.strided()
            ? strided(tensor.dtype(), tensor.shape())
            : torch.empty(tensor.dtype(), tensor.shape());
    return memory.copyFrom(tensor);
  }

  /** Memory for a matrix as columns 2 to n - 3 of a wider one; other shapes are as always. */
  private Tensor strided(DType type, long... shape) {
    if (shape.length != 2) {
      return torch.full(type, type.isFloating() ? Double.NaN : 0, shape);
    }
    Tensor wide = torch.full(type, type.isFloating() ? Double.NaN : 0, shape[0], shape[1] + 5);
    return wide.narrow(1, 2, shape[1]);
  }

  /** One forward with its backward. */
  private final class Evaluation {
    final List<Tensor> inputs;
    final List<Tensor> parameters;
    final Optional<Demand> demand;
    final Variant variant;
    final Optional<KeyValueCache> cache;
    final List<Sink> inputSinks = new ArrayList<>();
    final List<Sink> parameterSinks = new ArrayList<>();
    final Map<String, Tensor> extras = new HashMap<>();
    final List<Tensor> escaped = new ArrayList<>();

    Evaluation(
        List<Tensor> inputs,
        List<Tensor> parameters,
        Optional<Demand> demand,
        Variant variant,
        Optional<KeyValueCache> cache) {
      this.cache = cache;
      this.inputs = inputs;
      this.parameters = parameters;
      this.demand = demand;
      this.variant = variant;
      for (int i = 0; i < inputs.size(); i++) {
        boolean wanted = wantsInput(i);
        inputSinks.add(new Sink(inputs.get(i).shape(), inputs.get(i).dtype(), wanted, variant));
      }
      for (int i = 0; i < parameters.size(); i++) {
        boolean wanted = wantsParameter(i);
        DType master = computeType.master();
        parameterSinks.add(new Sink(parameters.get(i).shape(), master, wanted, variant));
      }
    }

    boolean mayOverwrite(int input) {
      return variant.inPlace() && op.overwrites() == input;
    }

    boolean ownsUpstream() {
      return variant.inPlace() && op.passesGradientTo() >= 0;
    }

    boolean wantsInput(int index) {
      return demand.isPresent() && demand.get().input(index);
    }

    boolean wantsParameter(int index) {
      return demand.isPresent() && demand.get().parameter(index);
    }

    Tensor forward() {
      try (Scope scope = torch.scope()) {
        Tensor output = op.forward(new Forward(this)).escape();
        escaped.add(output);
        for (Tensor extra : extras.values()) {
          escaped.add(extra.escape());
        }
        return output;
      }
    }

    void backward(Tensor upstream, Tensor output) {
      try (Scope scope = torch.scope()) {
        op.backward(new Backward(this, upstream, output));
      }
    }

    void close() {
      escaped.forEach(Tensor::close);
      inputSinks.forEach(Sink::close);
      parameterSinks.forEach(Sink::close);
    }
  }

  /** What forward and backward share. */
  private abstract class Context implements EdgeContext {
    final Evaluation evaluation;

    Context(Evaluation evaluation) {
      this.evaluation = evaluation;
    }

    @Override
    public Torch torch() {
      return torch;
    }

    @Override
    public Layout layout(int input) {
      return layouts.get(input);
    }

    @Override
    public DType computeType() {
      return computeType;
    }

    @Override
    public Tensor input(int index) {
      return evaluation.inputs.get(index);
    }

    @Override
    public Tensor parameter(int index) {
      return evaluation.parameters.get(index);
    }

    @Override
    public Tensor masterParameter(int index) {
      return evaluation.parameters.get(index).as(computeType.master());
    }

    @Override
    public long seed() {
      return 17;
    }

    @Override
    public boolean training() {
      return true;
    }

    @Override
    public double lossScale() {
      return lossScale;
    }
  }

  private final class Forward extends Context implements ForwardContext {
    Forward(Evaluation evaluation) {
      super(evaluation);
    }

    @Override
    public boolean wants(int input) {
      return evaluation.wantsInput(input);
    }

    @Override
    public boolean wantsParameter(int index) {
      return evaluation.wantsParameter(index);
    }

    @Override
    public GradientSink parameterGradient(int index) {
      return evaluation.parameterSinks.get(index).ifWanted();
    }

    @Override
    public boolean mayOverwrite(int input) {
      return evaluation.mayOverwrite(input);
    }

    @Override
    public boolean backwardFollows() {
      return evaluation.demand.isPresent();
    }

    @Override
    public void keep(String name, Tensor extra) {
      assertThat(evaluation.extras.put(name, extra)).as("extra '" + name + "'").isNull();
    }

    @Override
    public Optional<KeyValueCache> cache() {
      return evaluation.cache;
    }
  }

  private final class Backward extends Context implements BackwardContext {
    private final Reads reads;
    private final Tensor upstream;
    private final Tensor output;

    Backward(Evaluation evaluation, Tensor upstream, Tensor output) {
      super(evaluation);
      this.reads = op.reads(evaluation.demand.orElseThrow());
      this.upstream = upstream;
      this.output = output;
    }

    @Override
    public Tensor input(int index) {
      if (!reads.inputs().contains(index)) {
        throw new AssertionError("the backward reads input " + index + " undeclared: " + reads);
      }
      if (evaluation.mayOverwrite(index)) {
        throw new AssertionError("the backward reads input " + index + ", which is overwritten");
      }
      return super.input(index);
    }

    @Override
    public boolean wants(int input) {
      return evaluation.wantsInput(input);
    }

    @Override
    public boolean wantsParameter(int index) {
      return evaluation.wantsParameter(index);
    }

    @Override
    public GradientSink parameterGradient(int index) {
      return evaluation.parameterSinks.get(index).ifWanted();
    }

    @Override
    public Tensor upstream() {
      return upstream;
    }

    @Override
    public boolean ownsUpstream() {
      return evaluation.ownsUpstream();
    }

    @Override
    public Tensor output() {
      if (!reads.output()) {
        throw new AssertionError("the backward reads its output undeclared: " + reads);
      }
      return output;
    }

    @Override
    public Tensor extra(String name) {
      Tensor extra = evaluation.extras.get(name);
      if (extra == null) {
        throw new AssertionError("extra '" + name + "' was not kept");
      }
      return extra;
    }

    @Override
    public GradientSink gradient(int input) {
      return evaluation.inputSinks.get(input).ifWanted();
    }
  }

  /** Sums what it is given, and checks that nothing given is changed afterwards. */
  private final class Sink implements GradientSink {
    private final long[] shape;
    private final DType dtype;
    private final boolean wanted;
    private final Variant variant;
    private final List<Tensor> kept = new ArrayList<>();
    private final List<double[]> snapshots = new ArrayList<>();

    Sink(long[] shape, DType dtype, boolean wanted, Variant variant) {
      this.shape = shape;
      this.dtype = dtype;
      this.wanted = wanted;
      this.variant = variant;
    }

    GradientSink ifWanted() {
      if (!wanted) {
        throw new AssertionError("the op asks for a gradient that is not wanted");
      }
      return this;
    }

    @Override
    public void add(Tensor contribution) {
      assertThat(contribution.shape()).as("shape of a gradient").isEqualTo(shape);
      assertThat(contribution.dtype()).as("type of a gradient").isIn(dtype, dtype.master());
      kept.add(contribution.share().escape());
      snapshots.add(contribution.toDoubles());
    }

    @Override
    public void addMatmul(Tensor a, Tensor b, double scale) {
      add(a.matmul(b).mulInPlace(scale).as(dtype));
    }

    @Override
    public Optional<Tensor> sum() {
      return kept.isEmpty() ? Optional.empty() : Optional.of(kept.get(kept.size() - 1));
    }

    @Override
    public void replace(Tensor total) {
      assertThat(kept).as("contributions that were summed up").hasSizeLessThan(2);
      kept.forEach(Tensor::close);
      kept.clear();
      snapshots.clear();
      add(total);
    }

    @Override
    public Tensor allocate() {
      return variant.strided() ? strided(dtype, shape) : torch.full(dtype, Double.NaN, shape);
    }

    Optional<double[]> total() {
      if (!wanted) {
        return Optional.empty();
      }
      double[] total = null;
      for (int i = 0; i < kept.size(); i++) {
        double[] values = kept.get(i).toDoubles();
        assertThat(values).as("a contribution after it was added").isEqualTo(snapshots.get(i));
        if (total == null) {
          total = values;
        } else {
          for (int j = 0; j < values.length; j++) {
            total[j] += values[j];
          }
        }
      }
      assertThat(total).as("a wanted gradient").isNotNull();
      return Optional.of(total);
    }

    void close() {
      kept.forEach(Tensor::close);
    }
  }
}
