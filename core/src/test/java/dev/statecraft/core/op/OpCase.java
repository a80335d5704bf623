package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Autograd;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One op with inputs and parameters, and everything it is checked for: see {@link #verify}. Values
 * are random (seeded) and representable in bfloat16, so that all types start from the same numbers.
 */
final class OpCase {
  /** The same function, made of out-of-place tensor operations. */
  interface Oracle {
    Tensor apply(List<Tensor> inputs, List<Tensor> parameters);
  }

  private record Input(State state, boolean differentiable) {}

  private static final double STEP = 1e-5;
  private static final Closeness NUMERIC = new Closeness(1e-7, 1e-2);
  private static final Closeness EXACT = new Closeness(1e-12, 1e-3);

  private final Torch torch;
  private final Op op;
  private final List<Input> inputs = new ArrayList<>();
  private final List<double[]> numbers = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<double[]> weights = new ArrayList<>();
  private final Set<Integer> frozen = new HashSet<>();
  private final Generator generator;
  private Extents extents;
  private double lossScale = 1;
  private boolean parametersInForward;
  private double parameterScale = 1;

  OpCase(Torch torch, Op op, int... lengths) {
    this.torch = torch;
    this.op = op;
    this.extents = Extents.of(Layout.ofLengths(lengths));
    this.generator = torch.generator(Generator.mix(lengths.length, op.name().hashCode()));
  }

  /** Another axis, along which the same sequences have other lengths. */
  OpCase axis(Axis axis, int... lengths) {
    extents = extents.with(axis, Layout.ofLengths(lengths));
    return this;
  }

  OpCase labels(long count) {
    extents = extents.with(Axis.LABELS, count);
    return this;
  }

  OpCase lossScale(double scale) {
    lossScale = scale;
    return this;
  }

  /** Parameter gradients are made by the forward, for an upstream gradient of 1. */
  OpCase parametersInForward() {
    parametersInForward = true;
    return this;
  }

  /** Parameters from here on are small, as where their products go through a softmax. */
  OpCase small() {
    parameterScale = 0.25;
    return this;
  }

  /** A random input with a gradient. */
  OpCase input(Shape shape) {
    return add(Precision.COMPUTE, shape, random(shape.resolve(extents)), true);
  }

  /** A random input without a gradient. */
  OpCase constant(Precision precision, Shape shape) {
    return add(precision, shape, random(shape.resolve(extents)), false);
  }

  OpCase index(Shape shape, double... values) {
    return add(Precision.INDEX, shape, values, false);
  }

  private OpCase add(Precision precision, Shape shape, double[] values, boolean differentiable) {
    State state = new State("x" + inputs.size(), shape, precision);
    inputs.add(new Input(state, differentiable));
    numbers.add(values);
    return this;
  }

  OpCase parameter(long... sizes) {
    parameters.add(Parameter.base("w" + parameters.size(), sizes));
    weights.add(Arrays.stream(random(sizes)).map(value -> value * parameterScale).toArray());
    return this;
  }

  /** A parameter that the op gives no gradient. */
  OpCase frozen(long... sizes) {
    frozen.add(parameters.size());
    return parameter(sizes);
  }

  private double[] random(long... sizes) {
    try (Scope scope = torch.scope()) {
      return torch.normal(generator, DType.BFLOAT16, 0, 1, sizes).toDoubles();
    }
  }

  /**
   * Checks, for random upstream gradients:
   *
   * <ol>
   *   <li>the inferred shape and precision are those of the output;
   *   <li>in float64, the output is the oracle's, gradients are libtorch autograd's of the oracle
   *       and central differences of the op's own forward;
   *   <li>each gradient comes out the same when it is asked for alone, in place, and from strided
   *       memory (and {@link OpHarness} checks the op's manners);
   *   <li>float32 and bfloat16 agree with float64;
   *   <li>no tensor is left open.
   * </ol>
   */
  void verify(Oracle oracle) {
    long before = torch.liveTensors();
    try (generator;
        Scope scope = torch.scope()) {
      OpHarness.Result forward = forward(DType.FLOAT64, numbers, weights);
      double[] upstream = random(forward.shape());
      checkShape(forward);
      for (int i = 0; i < inputs.size(); i++) {
        assertThat(op.differentiableBy(i))
            .as("declares a gradient of input " + i)
            .isEqualTo(inputs.get(i).differentiable());
      }
      Demand all = demand(-1);
      OpHarness.Result plain = run(DType.FLOAT64, all, upstream, OpHarness.Variant.PLAIN);
      EXACT.check("forward before a backward", plain.output(), forward.output());
      checkOracle(oracle, plain, upstream);
      checkDifferences(plain, upstream);
      checkPartialDemands(plain, upstream);
      for (OpHarness.Variant variant : OpHarness.Variant.values()) {
        compare(variant.name(), EXACT, run(DType.FLOAT64, all, upstream, variant), plain);
      }
      for (DType type : List.of(DType.FLOAT32, DType.BFLOAT16)) {
        Closeness closeness = Closeness.of(type).withFloor(1e-2);
        for (OpHarness.Variant variant : OpHarness.Variant.values()) {
          OpHarness.Result narrow = run(type, all, upstream, variant);
          checkType(narrow, type);
          compare(type + " " + variant, closeness, narrow, plain);
        }
      }
    }
    assertThat(torch.liveTensors()).as("open tensors").isEqualTo(before);
  }

  private void checkShape(OpHarness.Result result) {
    Shape shape = op.infer(inputs.stream().map(Input::state).toList(), parameters);
    assertThat(shape.resolve(extents)).as("inferred shape").isEqualTo(result.shape());
    checkType(result, DType.FLOAT64);
  }

  private void checkType(OpHarness.Result result, DType compute) {
    DType expected = op.precision() == Precision.MASTER ? compute.master() : compute;
    assertThat(result.dtype()).as("type of the output").isEqualTo(expected);
  }

  private void checkOracle(Oracle oracle, OpHarness.Result plain, double[] upstream) {
    try (Scope scope = torch.scope()) {
      List<Tensor> given = inputTensors(DType.FLOAT64, numbers);
      List<Tensor> held = weightTensors(DType.FLOAT64, weights);
      List<Tensor> leaves = new ArrayList<>();
      for (int i = 0; i < given.size(); i++) {
        if (inputs.get(i).differentiable()) {
          leaves.add(given.get(i));
        }
      }
      leaves.addAll(held);
      Tensor output = oracle.apply(given, held);
      EXACT.check("output against the oracle", plain.output(), output.toDoubles());
      List<Optional<double[]>> expected = new ArrayList<>();
      List<Tensor> products =
          vjp(oracle, given, leaves, torch.of(DType.FLOAT64, upstream, output.shape()));
      List<Tensor> ones = vjp(oracle, given, leaves, torch.full(DType.FLOAT64, 1, output.shape()));
      int leaf = 0;
      for (Input input : inputs) {
        expected.add(
            input.differentiable()
                ? Optional.of(products.get(leaf++).toDoubles())
                : Optional.empty());
      }
      for (int i = 0; i < held.size(); i++) {
        double[] gradient = (parametersInForward ? ones : products).get(leaf++).toDoubles();
        expected.add(frozen.contains(i) ? Optional.empty() : Optional.of(gradient));
      }
      products.forEach(Tensor::close);
      ones.forEach(Tensor::close);
      compareGradients("autograd", EXACT, plain.gradients(), expected);
    }
  }

  private List<Tensor> vjp(
      Oracle oracle, List<Tensor> given, List<Tensor> leaves, Tensor upstream) {
    return Autograd.vjp(
        traced -> {
          List<Tensor> in = new ArrayList<>(given);
          int leaf = 0;
          for (int i = 0; i < in.size(); i++) {
            if (inputs.get(i).differentiable()) {
              in.set(i, traced.get(leaf++));
            }
          }
          return oracle.apply(in, traced.subList(leaf, traced.size()));
        },
        leaves,
        upstream);
  }

  private void checkDifferences(OpHarness.Result plain, double[] upstream) {
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).differentiable()) {
        List<double[]> moved = new ArrayList<>(numbers);
        double[] expected =
            differences(moved, i, upstream, () -> forward(DType.FLOAT64, moved, weights).output());
        NUMERIC.check("input " + i, plain.gradients().get(i).orElseThrow(), expected);
      }
    }
    double[] direction = upstream.clone();
    if (parametersInForward) {
      Arrays.fill(direction, 1);
    }
    for (int i = 0; i < weights.size(); i++) {
      if (frozen.contains(i)) {
        continue;
      }
      List<double[]> moved = new ArrayList<>(weights);
      double[] expected =
          differences(moved, i, direction, () -> forward(DType.FLOAT64, numbers, moved).output());
      double[] gradient = plain.gradients().get(inputs.size() + i).orElseThrow();
      NUMERIC.check("parameter " + i, gradient, expected);
    }
  }

  /** Central differences of {@code <upstream, function()>} in the values at {@code index}. */
  private static double[] differences(
      List<double[]> moved, int index, double[] upstream, Supplier<double[]> function) {
    double[] values = moved.get(index).clone();
    double[] slopes = new double[values.length];
    moved.set(index, values);
    for (int j = 0; j < values.length; j++) {
      double centre = values[j];
      values[j] = centre + STEP;
      double[] above = function.get();
      values[j] = centre - STEP;
      double[] below = function.get();
      values[j] = centre;
      slopes[j] = slope(above, below, upstream);
    }
    return slopes;
  }

  private static double slope(double[] above, double[] below, double[] upstream) {
    double sum = 0;
    for (int i = 0; i < above.length; i++) {
      sum += upstream[i] * (above[i] - below[i]);
    }
    return sum / (2 * STEP);
  }

  private void checkPartialDemands(OpHarness.Result full, double[] upstream) {
    for (int i = 0; i < inputs.size() + parameters.size(); i++) {
      if (i < inputs.size()
          ? !inputs.get(i).differentiable()
          : frozen.contains(i - inputs.size())) {
        continue;
      }
      List<Optional<double[]>> expected =
          new ArrayList<>(Collections.nCopies(full.gradients().size(), Optional.empty()));
      expected.set(i, full.gradients().get(i));
      OpHarness.Result partial = run(DType.FLOAT64, demand(i), upstream, OpHarness.Variant.STRIDED);
      compareGradients("gradient " + i + " alone", EXACT, partial.gradients(), expected);
    }
  }

  private static void compare(
      String what, Closeness closeness, OpHarness.Result actual, OpHarness.Result expected) {
    closeness.check(what + " output", actual.output(), expected.output());
    compareGradients(what, closeness, actual.gradients(), expected.gradients());
  }

  private static void compareGradients(
      String what,
      Closeness closeness,
      List<Optional<double[]>> actual,
      List<Optional<double[]>> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      String which = what + ", gradient " + i;
      assertThat(actual.get(i).isPresent()).as(which).isEqualTo(expected.get(i).isPresent());
      if (expected.get(i).isPresent()) {
        closeness.check(which, actual.get(i).get(), expected.get(i).get());
      }
    }
  }

  /** Everything differentiable, or only one: inputs are counted first, then parameters. */
  private Demand demand(int only) {
    List<Boolean> wanted = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      wanted.add(inputs.get(i).differentiable() && (only < 0 || only == i));
    }
    List<Boolean> trained = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      trained.add(!frozen.contains(i) && (only < 0 || only == inputs.size() + i));
    }
    return new Demand(wanted, trained);
  }

  private OpHarness harness(DType type) {
    List<Layout> layouts =
        inputs.stream()
            .map(input -> input.state().shape().axis())
            .map(axis -> extents.layout(axis.isLaidOut() ? axis : Axis.TOKENS))
            .toList();
    return new OpHarness(torch, op, layouts, type, lossScale);
  }

  private OpHarness.Result forward(DType type, List<double[]> given, List<double[]> held) {
    try (Scope scope = torch.scope()) {
      return harness(type).forward(inputTensors(type, given), weightTensors(type, held));
    }
  }

  private OpHarness.Result run(
      DType type, Demand demand, double[] upstream, OpHarness.Variant variant) {
    try (Scope scope = torch.scope()) {
      Shape shape = op.infer(inputs.stream().map(Input::state).toList(), parameters);
      DType outputType = op.precision() == Precision.MASTER ? type.master() : type;
      return harness(type)
          .forwardBackward(
              inputTensors(type, numbers),
              weightTensors(type, weights),
              torch.of(outputType, upstream, shape.resolve(extents)),
              demand,
              variant);
    }
  }

  private List<Tensor> inputTensors(DType type, List<double[]> given) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      State state = inputs.get(i).state();
      DType held =
          switch (state.precision()) {
            case COMPUTE -> type;
            case MASTER -> type.master();
            case INDEX -> DType.INT64;
          };
      tensors.add(torch.of(held, given.get(i), state.shape().resolve(extents)));
    }
    return tensors;
  }

  private List<Tensor> weightTensors(DType type, List<double[]> values) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      tensors.add(torch.of(type, values.get(i), parameters.get(i).sizes()));
    }
    return tensors;
  }

  /** The output in float64, for tests of ops that have no gradient. */
  double[] output() {
    return output(DType.FLOAT64);
  }

  /** The output in one type, for tests of ops that have no gradient. */
  double[] output(DType type) {
    try (generator) {
      OpHarness.Result result = forward(type, numbers, weights);
      Shape shape = op.infer(inputs.stream().map(Input::state).toList(), parameters);
      assertThat(shape.resolve(extents)).as("inferred shape").isEqualTo(result.shape());
      checkType(result, type);
      return result.output();
    }
  }
}
