package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.DropoutMask;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + s P (e * h)}, {@code h = Q x}, {@code x = dropout(x_u)}: an update that is
 * parametrized as a singular value decomposition, {@code P diag(e) Q} (Zhang et al. 2023, equation
 * 3).
 *
 * <p>Backward, with dy the gradient of x_v' and {@code g = s dy P [n, r]}: {@code dx_v = dy},
 * {@code de = sum g * h} over rows, {@code dP = s dy^T (e * h)}, {@code dQ = (e * g)^T x}, {@code
 * dx = (e * g) Q}. h is thin and computed again, so it reads x_u alone.
 *
 * @param scale s
 * @param dropout probability with which an element of x_u is dropped
 */
record SingularControl(double scale, double dropout) implements ControlOp {
  /** Q {@code [r, in]}. */
  static final int RIGHT = 0;

  /** e {@code [r, 1]}. */
  static final int VALUES = 1;

  /** P {@code [out, r]}. */
  static final int LEFT = 2;

  @Override
  public String name() {
    return "singular_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    State v = inputs.get(V);
    State u = inputs.get(U);
    ControlShapes.rowsAgree(v, u);
    long rank = parameters.get(RIGHT).size(0);
    ControlShapes.expect(parameters.get(RIGHT), rank, u.shape().features());
    ControlShapes.expect(parameters.get(VALUES), rank, 1);
    ControlShapes.expect(parameters.get(LEFT), v.shape().features(), rank);
    return v.shape();
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(
        U, demand.parameter(RIGHT) || demand.parameter(VALUES) || demand.parameter(LEFT));
  }

  @Override
  public int thinParameter() {
    return RIGHT;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor result = ControlOp.sum(context);
    Tensor x = new DropoutMask(dropout, context).apply(ControlOp.u(context));
    Tensor h = ThinProducts.hidden(context, x, RIGHT).mulInPlace(values(context));
    return ThinProducts.add(context, result, h, LEFT, scale);
  }

  /** e as {@code [r]}. */
  private static Tensor values(EdgeContext context) {
    return context.parameter(VALUES).view(-1);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    DType master = context.computeType().master();
    DropoutMask drop = new DropoutMask(dropout, context);
    boolean wantsRight = context.wantsParameter(RIGHT);
    boolean wantsValues = context.wantsParameter(VALUES);
    boolean wantsLeft = context.wantsParameter(LEFT);
    Tensor e = values(context);
    Tensor g = dy.matmul(context.parameter(LEFT)).mulInPlace(scale);
    if (wantsRight || wantsValues || wantsLeft) {
      Tensor x = drop.apply(ControlOp.u(context));
      if (wantsValues || wantsLeft) {
        Tensor h = x.linear(context.parameter(RIGHT));
        if (wantsValues) {
          context.parameterGradient(VALUES).add(g.mul(h).sum(0, master).view(-1, 1));
        }
        if (wantsLeft) {
          context.parameterGradient(LEFT).addMatmul(dy.t(), h.mulInPlace(e), scale);
        }
      }
      g.mulInPlace(e);
      if (wantsRight) {
        context.parameterGradient(RIGHT).addMatmul(g.t(), x, 1);
      }
    } else {
      g.mulInPlace(e);
    }
    ControlOp.addToU(context, U, g, () -> context.parameter(RIGHT), drop);
    ControlOp.addToV(context);
  }
}
