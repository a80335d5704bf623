package dev.statecraft.core.control;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * {@code x_v' = x_v + s (c + P c)}, {@code P = softmax_rows(c c')} within each sequence, {@code c =
 * B h + b}, {@code h = A x_u + a} (rows written as columns here).
 *
 * <p>Nothing as wide as c is made. The score of row i for row j is {@code c_i . c_j = (B' c_i) .
 * h_j + c_i . b}, of which the last is the same for all j and nothing to the softmax; so P is that
 * of queries {@code q = B' c = M h + B' b}, {@code M = B' B}, and keys h, all r wide. As the rows
 * of P sum to 1, {@code P c = B (P h) + b}. So with {@code z = h + P h} what is added is {@code s
 * (B z + 2 b)}.
 *
 * <p>Backward, with {@code e = s dy}: {@code dz = B' e}; {@code dh = dz + dK + dV + M dq}, where
 * dq, dK, dV are those of {@link InnerAttention}; {@code dx_u = A' dh}, {@code dA = dh x_u'},
 * {@code da = sum dh}; {@code dB = e z' + B (D + D') + b (sum dq)'}, {@code D = dq h'}; {@code db =
 * 2 sum e + B sum dq}. h, q and z are computed again from x_u.
 *
 * @param edge under which h of earlier rows is cached when text is generated
 * @param causal whether rows see earlier rows only
 */
record PatchControl(double scale, String edge, boolean causal) implements ControlOp {
  private static final int A = 0;
  private static final int B = 1;
  private static final int A_BIAS = 2;
  private static final int B_BIAS = 3;

  @Override
  public String name() {
    return "patch_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Shape shape = ControlShapes.infer(inputs, parameters, true);
    if (!(shape.dims().get(0) instanceof Axis axis) || !axis.isLaidOut()) {
      throw new GraphException(
          "patch: expected rows of sequences laid end to end, as [tokens] are, found "
              + inputs.get(V));
    }
    return shape;
  }

  @Override
  public Cost cost() {
    return Cost.ATTENTION;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(U, demand.input(U) || demand.anyParameter());
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor h =
        ThinProducts.linear(context, ControlOp.u(context), A).addInPlace(context.parameter(A_BIAS));
    InnerAttention attention = attention(h, context);
    Tensor z = attention.forward(context, context.cache()).addInPlace(h);
    return ThinProducts.add(context, ControlOp.sum(context), z, B, scale)
        .addInPlace(context.parameter(B_BIAS), 2 * scale);
  }

  /** h {@code [rows, r]}; x_u in the model's type: tables are held in the master type. */
  private static Tensor hidden(EdgeContext context) {
    return ControlOp.u(context).linear(context.parameter(A)).addInPlace(context.parameter(A_BIAS));
  }

  private InnerAttention attention(Tensor h, EdgeContext context) {
    Tensor b = context.parameter(B);
    Tensor shift = context.parameter(B_BIAS).unsqueeze(0).matmul(b); // [1, r]
    Tensor queries = h.matmul(squares(b)).addInPlace(shift);
    return new InnerAttention(edge, causal, U, queries, h);
  }

  /** M {@code [r, r]}. */
  private static Tensor squares(Tensor b) {
    return b.t().matmul(b);
  }

  @Override
  public void backward(BackwardContext context) {
    boolean anyParameter = false;
    for (int parameter = A; parameter <= B_BIAS; parameter++) {
      anyParameter |= context.wantsParameter(parameter);
    }
    if (context.wants(U) || anyParameter) {
      branch(context);
    }
    if (context.wants(V)) {
      context.gradient(V).add(context.upstream());
    }
  }

  private void branch(BackwardContext context) {
    Tensor dy = context.upstream();
    Tensor b = context.parameter(B);
    Tensor h = hidden(context);
    InnerAttention attention = attention(h, context);
    Tensor dz = dy.matmul(b).mulInPlace(scale);
    InnerAttention.Gradients inner = attention.backward(context, dz);
    if (context.wantsParameter(B)) {
      // Before dh takes the place of dz.
      Tensor z = attention.forward(context, Optional.empty()).addInPlace(h);
      context.parameterGradient(B).addMatmul(dy.t(), z, scale);
    }
    addThroughScores(inner.queries(), h, b, dy, context);
    Tensor dh = dz.addInPlace(inner.keys()).addmmInPlace(inner.queries(), squares(b), 1, 1);
    if (context.wantsParameter(A)) {
      context.parameterGradient(A).addMatmul(dh.t(), ControlOp.u(context), 1);
    }
    if (context.wantsParameter(A_BIAS)) {
      context.parameterGradient(A_BIAS).add(dh.sum(0, context.computeType().master()));
    }
    if (context.wants(U)) {
      context.gradient(U).addMatmul(dh, context.parameter(A), 1);
    }
  }

  /** What B and b get by way of the scores, and b directly. */
  private void addThroughScores(Tensor dq, Tensor h, Tensor b, Tensor dy, BackwardContext context) {
    DType master = context.computeType().master();
    Tensor sums = dq.sum(0, master).unsqueeze(0); // [1, r]
    if (context.wantsParameter(B)) {
      Tensor d = dq.t().matmul(h);
      context.parameterGradient(B).addMatmul(b, d.add(d.t()), 1);
      Tensor bias = context.parameter(B_BIAS).unsqueeze(1);
      context.parameterGradient(B).addMatmul(bias, sums.as(context.computeType()), 1);
    }
    if (context.wantsParameter(B_BIAS)) {
      Tensor through = b.as(master).matmul(sums.t()).view(-1);
      context
          .parameterGradient(B_BIAS)
          .add(dy.sum(0, master).mulInPlace(2 * scale).addInPlace(through));
    }
  }
}
