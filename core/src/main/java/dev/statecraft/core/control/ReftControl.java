package dev.statecraft.core.control;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.KeyValueCache;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * {@code x_v' = x_v + s O' h}, {@code h = m * (I x_u + b)}, with m 1 at some {@link Positions} and
 * 0 elsewhere. In LoReFT {@code I = W - R} and {@code O = R}; in DiReFT they are A and B'.
 *
 * <p>Backward, with {@code e = s m * (O dy) [n, r]}: {@code dx_v = dy}, {@code dx_u = e I}, {@code
 * dI = e' x_u}, {@code dO = s h' dy}, {@code db = sum e}; in LoReFT {@code dW = dI} and {@code dR =
 * dO - dI}, as if R were any matrix: its rows are made orthonormal after every step.
 *
 * @param orthonormal whether it is LoReFT
 * @param edge under which what was seen is counted when text is generated
 */
record ReftControl(boolean orthonormal, double scale, Positions positions, String edge)
    implements ControlOp {

  /** W or A. */
  private static final int IN = 0;

  /** R or B. */
  static final int OUT = 1;

  private static final int BIAS = 2;

  @Override
  public String name() {
    return orthonormal ? "loreft" : "direft";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    State v = inputs.get(V);
    State u = inputs.get(U);
    ControlShapes.rowsAgree(v, u);
    long in = u.shape().features();
    long out = v.shape().features();
    long rank = parameters.get(IN).size(0);
    ControlShapes.expect(parameters.get(IN), rank, in);
    if (orthonormal) {
      if (in != out) {
        throw new GraphException(
            "loreft: expected states of the same features, found " + u + " and " + v);
      }
      ControlShapes.expect(parameters.get(OUT), rank, out);
    } else {
      ControlShapes.expect(parameters.get(OUT), out, rank);
    }
    ControlShapes.expect(parameters.get(BIAS), rank);
    if (!positions.all() && !(v.shape().dims().get(0) instanceof Axis axis && axis.isLaidOut())) {
      throw new GraphException(
          "positions: expected rows of sequences laid end to end, as [tokens] are, found " + v);
    }
    return v.shape();
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(U, demand.parameter(IN) || demand.parameter(OUT));
  }

  @Override
  public boolean dependsOnPrompt() {
    return !positions.all();
  }

  @Override
  public Tensor forward(ForwardContext context) {
    if (isBehindPrompt(context)) {
      return ControlOp.sum(context);
    }
    Tensor h = hidden(context);
    Tensor result = ControlOp.sum(context);
    return result.addmmInPlace(h, out(context), 1, scale);
  }

  /** Whether text is generated and rows of it came before: then its prompt did. */
  private boolean isBehindPrompt(ForwardContext context) {
    Optional<KeyValueCache> cache = context.cache();
    if (positions.all() || cache.isEmpty()) {
      return false;
    }
    Tensor rows = context.input(V).narrow(1, 0, 1);
    cache.get().append(edge, rows, rows);
    return cache.get().keys(edge).size(0) > rows.size(0);
  }

  /** I {@code [r, in]}. */
  private Tensor in(EdgeContext context) {
    return orthonormal
        ? context.masterParameter(IN).sub(context.masterParameter(OUT)).as(context.computeType())
        : context.parameter(IN);
  }

  /** O {@code [r, out]}. */
  private Tensor out(EdgeContext context) {
    return orthonormal ? context.parameter(OUT) : context.parameter(OUT).t();
  }

  private Tensor hidden(EdgeContext context) {
    Tensor h = ControlOp.u(context).linear(in(context)).addInPlace(context.parameter(BIAS));
    return masked(h, context);
  }

  private Tensor masked(Tensor rows, EdgeContext context) {
    return positions.all() ? rows : positions.keepIn(rows, context.layout(V), context.torch());
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    Tensor e = masked(dy.matmul(out(context).t()).mulInPlace(scale), context);
    if (context.wantsParameter(IN)) {
      context.parameterGradient(IN).addMatmul(e.t(), ControlOp.u(context), 1);
    }
    if (context.wantsParameter(OUT)) {
      if (orthonormal) {
        context.parameterGradient(OUT).addMatmul(hidden(context).t(), dy, scale);
        context.parameterGradient(OUT).addMatmul(e.t(), ControlOp.u(context), -1);
      } else {
        context.parameterGradient(OUT).addMatmul(dy.t(), hidden(context), scale);
      }
    }
    if (context.wantsParameter(BIAS)) {
      context.parameterGradient(BIAS).add(e.sum(0, context.computeType().master()));
    }
    if (context.wants(U)) {
      context.gradient(U).addMatmul(e, in(context), 1);
    }
    ControlOp.addToV(context);
  }
}
