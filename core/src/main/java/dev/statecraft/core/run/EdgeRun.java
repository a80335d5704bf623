package dev.statecraft.core.run;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Optional;
import java.util.function.Supplier;

/** What one op sees of a pass while its edge is computed or differentiated. */
record EdgeRun(Pass pass, Edge edge, boolean overwrites)
    implements ForwardContext, BackwardContext {
  @Override
  public Torch torch() {
    return pass.torch();
  }

  @Override
  public Layout layout(int input) {
    return pass.batch().extents().layout(edge.inputs().get(input).shape().axis());
  }

  @Override
  public DType computeType() {
    return pass.weights().computeType();
  }

  @Override
  public Tensor input(int index) {
    return pass.value(edge.inputs().get(index));
  }

  @Override
  public Tensor parameter(int index) {
    String name = edge.parameters().get(index).name();
    return pass.weights().isQuantized(name)
        ? pass.dequantized(name)
        : pass.weights().inComputeType(name);
  }

  @Override
  public Tensor masterParameter(int index) {
    return pass.weights().value(edge.parameters().get(index).name());
  }

  @Override
  public long seed() {
    return pass.seedOf(edge);
  }

  @Override
  public boolean training() {
    return pass.options().training();
  }

  @Override
  public double lossScale() {
    return pass.options().lossScale();
  }

  @Override
  public boolean mayOverwrite(int input) {
    return overwrites && edge.op().overwrites() == input;
  }

  @Override
  public boolean backwardFollows() {
    return pass.differentiates(edge);
  }

  @Override
  public boolean wants(int input) {
    return backwardFollows() && pass.demand(edge).input(input);
  }

  @Override
  public boolean wantsParameter(int index) {
    return backwardFollows() && pass.demand(edge).parameter(index);
  }

  @Override
  public void keep(String name, Tensor extra) {
    pass.keepExtra(edge, name, extra);
  }

  @Override
  public boolean valuesAreFinal() {
    return pass.weights().isSettled();
  }

  @Override
  public Tensor derived(String name, Supplier<Tensor> computed) {
    return pass.weights().derived(edge.name() + ": " + name, computed);
  }

  @Override
  public Optional<Tensor> joined() {
    return training() ? Optional.empty() : pass.joined(edge);
  }

  @Override
  public Optional<KeyValueCache> cache() {
    return pass.cache();
  }

  @Override
  public Tensor upstream() {
    return pass.gradients().of(edge.output());
  }

  @Override
  public boolean ownsUpstream() {
    return pass.gradients().isExclusive(edge.output());
  }

  @Override
  public Tensor output() {
    return pass.value(edge.output());
  }

  @Override
  public Tensor extra(String name) {
    return pass.extra(edge, name);
  }

  @Override
  public GradientSink gradient(int input) {
    return pass.gradients().sink(edge.inputs().get(input));
  }

  @Override
  public GradientSink parameterGradient(int index) {
    Parameter parameter = edge.parameters().get(index);
    return new ParameterSink(pass.weights().gradient(parameter.name()));
  }
}
