package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.DropoutMask;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + b * (B (d * h))}, {@code h = A x}, {@code x = dropout(x_u)}, where A are the
 * first columns and B the first rows of matrices that may be larger, and frozen (Kopiczko et al.
 * 2024, equation 2).
 *
 * <p>Backward, with dy the gradient of x_v' and {@code g = dy (b * B) [n, r]}: {@code dx_v = dy},
 * {@code dx = (d * g) A}, {@code dd = sum g * h} over rows, {@code db = sum B * (dy^T (d * h))}
 * over columns. h is computed again, so it reads x_u alone, and nothing as wide as x_v is made
 * beside it.
 */
record SharedLowRankControl(double dropout) implements ControlOp {
  private static final int D = 0;
  private static final int OUT = 1;
  private static final int A = 2;
  private static final int B = 3;

  @Override
  public String name() {
    return "shared_low_rank_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    State v = inputs.get(V);
    State u = inputs.get(U);
    ControlShapes.rowsAgree(v, u);
    long rank = parameters.get(D).elements();
    ControlShapes.expect(parameters.get(D), rank);
    ControlShapes.expect(parameters.get(OUT), v.shape().features());
    ControlShapes.expect(parameters.get(A), rank, atLeast(parameters.get(A), 1, u));
    ControlShapes.expect(parameters.get(B), atLeast(parameters.get(B), 0, v), rank);
    return v.shape();
  }

  /** The size of a shared matrix along a dimension, if there is enough of it for a state. */
  private static long atLeast(Parameter shared, int dim, State state) {
    if (shared.shape().size() != 2 || shared.size(dim) < state.shape().features()) {
      throw new GraphException(
          "expected " + shared + " to have as many numbers as " + state + " has features");
    }
    if (shared.trainable()) {
      throw new GraphException("expected " + shared.name() + ", which is shared, to be frozen");
    }
    return shared.size(dim);
  }

  @Override
  public long multiplied(Edge edge, int parameter) {
    Parameter matrix = edge.parameters().get(parameter);
    return switch (parameter) {
      case A -> matrix.size(0) * edge.inputs().get(U).shape().features();
      case B -> edge.output().shape().features() * matrix.size(1);
      default -> matrix.elements();
    };
  }

  @Override
  public Reads reads(Demand demand) {
    // For the gradient of x_u alone too: its width says how much of A there is to use.
    return Reads.NOTHING.andInput(
        U, demand.input(U) || demand.parameter(D) || demand.parameter(OUT));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor result = ControlOp.sum(context);
    Tensor x = new DropoutMask(dropout, context).apply(ControlOp.u(context));
    Tensor h = x.linear(a(context)).mulInPlace(context.parameter(D));
    return result.addmmInPlace(h, scaledB(context).t(), 1, 1);
  }

  /** The columns of A for the features of x_u. */
  private static Tensor a(EdgeContext context) {
    Tensor u = context.input(U);
    return context.parameter(A).narrow(1, 0, u.size(u.dim() - 1));
  }

  /** The rows of B for the features of x_v. */
  private static Tensor b(EdgeContext context) {
    return context.parameter(B).narrow(0, 0, context.parameter(OUT).elements());
  }

  /** {@code b * B}, row by row. */
  private static Tensor scaledB(EdgeContext context) {
    Tensor rows = b(context);
    return rows.mul(context.parameter(OUT).view(rows.size(0), 1));
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    DType master = context.computeType().master();
    DropoutMask drop = new DropoutMask(dropout, context);
    boolean wantsD = context.wantsParameter(D);
    Tensor g = dy.matmul(scaledB(context));
    if (wantsD || context.wantsParameter(OUT)) {
      Tensor h = drop.apply(ControlOp.u(context)).linear(a(context));
      if (wantsD) {
        context.parameterGradient(D).add(g.mul(h).sum(0, master));
      }
      if (context.wantsParameter(OUT)) {
        Tensor sums = dy.t().matmul(h.mulInPlace(context.parameter(D)));
        context.parameterGradient(OUT).add(sums.mulInPlace(b(context)).sum(1, master));
      }
    }
    g.mulInPlace(context.parameter(D));
    ControlOp.addToU(context, U, g, () -> a(context), drop);
    ControlOp.addToV(context);
  }
}
