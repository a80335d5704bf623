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
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;
import java.util.Optional;

/**
 * Makes of a linear's output {@code v = W x + b} that of the weight {@code m (W + s B A) / n},
 * {@code n = |W + s B A|} row by row (Liu et al. 2024, "DoRA", equation 5), n held constant in the
 * gradient (section 4.3), as PEFT does. The linear itself stays frozen, so that it can be computed
 * together with others of the same input.
 *
 * <p>Forward, with {@code x = x_u}: {@code y = c (v - b + s B A dropout(x)) + b}, {@code c = m /
 * n}. The norms need no pass over a full weight: {@code n_i^2 = |w_i|^2 + 2 s b_i.(A w_i) + s^2 b_i
 * (A A^T) b_i^T} with {@code |w_i|^2} kept as a derived parameter. c is kept for the backward.
 * Dropout, where it is used, drops the input of the low-rank branch alone.
 *
 * <p>Backward, with {@code e = c dy}: {@code dv = e}, {@code dx = s (e B) A}, {@code dA = s (e B)^T
 * x}, {@code dB = s e^T (x A^T)}, {@code dm = sum dy (y - b) / m}.
 */
record DoraControl(double scale, double dropout, boolean bias) implements Op {
  private static final int V = 0;
  private static final int U = LowRankBranch.U;
  private static final int A = LowRankBranch.A;
  private static final int B = LowRankBranch.B;
  private static final int M = 2;
  private static final int ROW_SQUARES = 3;
  private static final int W = 4;
  private static final int BIAS = 5;
  private static final String FACTOR = "factor";

  @Override
  public String name() {
    return "dora_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    long in = inputs.get(U).shape().features();
    long out = inputs.get(V).shape().features();
    long rank = parameters.get(A).size(0);
    ControlShapes.expect(parameters.get(A), rank, in);
    ControlShapes.expect(parameters.get(B), out, rank);
    ControlShapes.expect(parameters.get(M), out);
    ControlShapes.expect(parameters.get(ROW_SQUARES), out);
    ControlShapes.expect(parameters.get(W), out, in);
    if (bias) {
      ControlShapes.expect(parameters.get(BIAS), out);
    }
    return inputs.get(V).shape();
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING
        .andInput(U, demand.parameter(A) || demand.parameter(B))
        .andOutput(demand.parameter(M));
  }

  @Override
  public int overwrites() {
    return V;
  }

  @Override
  public int passesGradientTo() {
    return V;
  }

  @Override
  public int thinParameter() {
    return LowRankBranch.A;
  }

  private LowRankBranch branch() {
    return new LowRankBranch(scale, dropout, false);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor v = context.input(V);
    Tensor y = context.mayOverwrite(V) ? v.share() : v.copy();
    // With final values W A^T, which is as long as many rows are, is needed once for all passes.
    Tensor factor =
        context.backwardFollows()
            ? factor(context)
            : context.derived(FACTOR, () -> factor(context));
    branch().addTo(y, context);
    y.mulInPlace(factor.as(context.computeType()));
    if (bias) {
      y.addInPlace(biasOutside(factor, context).as(context.computeType()));
    }
    if (context.backwardFollows()) {
      context.keep(FACTOR, factor);
    }
    return y;
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

  /** {@code b - c b}: v brings b with it, and it is not to be scaled. */
  private Tensor biasOutside(Tensor factor, EdgeContext context) {
    Tensor wide = context.masterParameter(BIAS).as(factor.dtype());
    return wide.sub(wide.mul(factor));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    Tensor factor = context.extra(FACTOR);
    // All sums of dy come before it may be overwritten by e.
    if (bias && context.wantsParameter(BIAS)) {
      // The linear adds c dy; together they are dy.
      Tensor sums = dy.sum(0, factor.dtype());
      context.parameterGradient(BIAS).add(sums.sub(sums.mul(factor)));
    }
    Optional<Tensor> sums =
        bias && context.wantsParameter(M)
            ? Optional.of(dy.sum(0, factor.dtype()))
            : Optional.empty();
    Tensor e = target(context);
    if (context.wantsParameter(M)) {
      Tensor products = Kernels.scaleColumns(e, dy, factor, context.output());
      // dm = (sum dy y - b sum dy) / m
      sums.ifPresent(
          total ->
              products.subInPlace(
                  total.mulInPlace(context.masterParameter(BIAS).as(products.dtype()))));
      context.parameterGradient(M).add(products.divInPlace(context.masterParameter(M)));
    } else {
      e.setToProduct(dy, factor.as(context.computeType()));
    }
    branch().backward(e, context);
    if (context.wants(V)) {
      context.gradient(V).add(e);
    }
  }

  /** Where {@code e} is written: over dy if nobody else reads it, else where v's gradient goes. */
  private static Tensor target(BackwardContext context) {
    Tensor dy = context.upstream();
    if (context.ownsUpstream()) {
      return dy;
    }
    return context.wants(V)
        ? context.gradient(V).allocate()
        : context.torch().empty(dy.dtype(), dy.shape());
  }
}
