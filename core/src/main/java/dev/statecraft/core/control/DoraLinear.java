package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
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
 * A linear whose weight is {@code m (W + s B A) / n}, {@code n = |W + s B A|} row by row (Liu et
 * al. 2024, "DoRA", equation 5), n held constant in the gradient (section 4.3), as PEFT does.
 *
 * <p>Forward: {@code y = c (W x + s B A dropout(x)) + bias}, {@code c = m / n}. The norms need no
 * pass over a full weight: {@code n_i^2 = |w_i|^2 + 2 s b_i.(A w_i) + s^2 b_i (A A^T) b_i^T} with
 * {@code |w_i|^2} kept as a derived parameter. Dropout, where it is used, drops the input of the
 * low-rank branch alone.
 *
 * <p>Backward, with {@code e = c dy}: {@code dx = e W + s (e B) A}, {@code dA = s (e B)^T x},
 * {@code dB = s e^T (x A^T)}, {@code dm = sum dy (y - bias) / m}.
 */
record DoraLinear(double scale, double dropout, boolean bias) implements Op {
  private static final int W = 0;
  private static final int A = 1;
  private static final int B = 2;
  private static final int M = 3;
  private static final int ROW_SQUARES = 4;
  private static final int BIAS = 5;

  @Override
  public String name() {
    return "dora_linear";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    long in = inputs.get(0).shape().features();
    long out = parameters.get(W).size(0);
    long rank = parameters.get(A).size(0);
    ControlShapes.expect(parameters.get(W), out, in);
    ControlShapes.expect(parameters.get(A), rank, in);
    ControlShapes.expect(parameters.get(B), out, rank);
    ControlShapes.expect(parameters.get(M), out);
    ControlShapes.expect(parameters.get(ROW_SQUARES), out);
    if (bias) {
      ControlShapes.expect(parameters.get(BIAS), out);
    }
    return inputs.get(0).shape().withFeatures(out);
  }

  @Override
  public Cost cost() {
    return Cost.GEMM;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING
        .andInput(0, demand.parameter(A) || demand.parameter(B))
        .andOutput(demand.parameter(M));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    Tensor y = x.linear(context.parameter(W));
    Tensor dropped = new Dropout(dropout, context).apply(x, context);
    y.addmmInPlace(dropped.linear(context.parameter(A)), context.parameter(B).t(), 1, scale);
    y.mulInPlace(factor(context).as(context.computeType()));
    return bias ? y.addInPlace(context.parameter(BIAS)) : y;
  }

  /** {@code c = m / n}, {@code [out]}, in the master type. */
  private Tensor factor(EdgeContext context) {
    DType master = context.computeType().master();
    Tensor a = context.masterParameter(A);
    Tensor b = context.masterParameter(B);
    Tensor wa = context.parameter(W).linear(context.parameter(A)).as(master); // [out, rank]: A w_i
    Tensor baa = b.matmul(a.linear(a));
    Tensor squares =
        wa.mulInPlace(2 * scale)
            .addInPlace(baa, scale * scale)
            .mulInPlace(b)
            .sum(1)
            .addInPlace(context.masterParameter(ROW_SQUARES));
    return squares.rsqrtInPlace().mulInPlace(context.masterParameter(M));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    DType master = context.computeType().master();
    if (bias && context.wantsParameter(BIAS)) {
      context.parameterGradient(BIAS).add(dy.sum(0, master));
    }
    if (context.wantsParameter(M)) {
      Tensor y = context.output();
      Tensor products = bias ? y.sub(context.parameter(BIAS)).mulInPlace(dy) : y.mul(dy);
      context
          .parameterGradient(M)
          .add(products.sum(0, master).divInPlace(context.masterParameter(M)));
      products.close();
    }
    Tensor e = dy.mul(factor(context).as(context.computeType()));
    Tensor g = e.matmul(context.parameter(B)).mulInPlace(scale);
    Dropout drop = new Dropout(dropout, context);
    if (context.wantsParameter(A) || context.wantsParameter(B)) {
      Tensor x = drop.apply(context.input(0), context);
      if (context.wantsParameter(A)) {
        context.parameterGradient(A).addMatmul(g.t(), x, 1);
      }
      if (context.wantsParameter(B)) {
        context.parameterGradient(B).addMatmul(e.t(), x.linear(context.parameter(A)), scale);
      }
    }
    if (context.wants(0)) {
      context.gradient(0).addMatmul(e, context.parameter(W), 1);
      if (drop.isActive()) {
        context.gradient(0).add(drop.backward(g.matmul(context.parameter(A)), context));
      } else {
        context.gradient(0).addMatmul(g, context.parameter(A), 1);
      }
    }
  }
}
