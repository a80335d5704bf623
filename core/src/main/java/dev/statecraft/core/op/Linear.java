package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code y = x W^T + b}: x {@code [rows, in]}, weight {@code [out, in]}, bias {@code [out]}.
 *
 * <p>Backward: {@code dx = dy W}, {@code dW = dy^T x}, {@code db = sum of dy's rows}. While the
 * weight is frozen the backward reads no state. Source: torch.nn.Linear.
 *
 * @param bias whether there is a bias, as second parameter
 */
public record Linear(boolean bias) implements Op {
  @Override
  public String name() {
    return "linear";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, bias ? 2 : 1);
    State x = inputs.get(0);
    long out = Expect.matrix(parameters.get(0), "weight", Expect.rows(x, "input"));
    if (bias) {
      Expect.parameter(parameters.get(1), "bias", out);
    }
    return x.shape().withFeatures(out);
  }

  @Override
  public boolean isRowWise() {
    return true;
  }

  @Override
  public Cost cost() {
    return Cost.GEMM;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(0, demand.parameter(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    Tensor weight = context.parameter(0);
    return bias ? x.linear(weight, context.parameter(1)) : x.linear(weight);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor upstream = context.upstream();
    if (context.wantsParameter(0)) {
      context.parameterGradient(0).addMatmul(upstream.t(), context.input(0), 1);
    }
    if (bias && context.wantsParameter(1)) {
      DType master = context.computeType().master();
      context.parameterGradient(1).add(upstream.sum(0, master));
    }
    if (context.wants(0)) {
      context.gradient(0).addMatmul(upstream, context.parameter(0), 1);
    }
  }
}
