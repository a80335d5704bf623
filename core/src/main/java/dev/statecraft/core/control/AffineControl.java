package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code x_v' = x_v + c B (s * h)}, {@code h = A x_u}, {@code s = sigmoid(G x_u + g0)}, each gate
 * of s multiplying the run of h that is its term: the sum over the terms is one product.
 *
 * <p>Backward, with {@code t = c dy B}: {@code dx_v = dy}, {@code dB = c dy^T (s * h)}, {@code dh =
 * s * t}, {@code dA = dh^T x_u}, {@code ds = } the sum of {@code t * h} over each run, {@code dz =
 * ds s (1 - s)}, {@code dG = dz^T x_u}, {@code dg0 = sum dz}, {@code dx_u = dh A + dz G}. All but
 * x_u is thin and computed again.
 *
 * @param scale c
 * @param terms gates
 */
record AffineControl(double scale, int terms) implements ControlOp {
  @Override
  public String name() {
    return "affine_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Gates gates = new Gates(terms);
    gates.check(inputs, parameters);
    gates.divide("terms", parameters.get(Gates.A).size(0), "rows of A");
    return inputs.get(V).shape();
  }

  @Override
  public boolean hasTerms() {
    return true;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(U);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Gates gates = new Gates(terms);
    Tensor u = ControlOp.u(context);
    Tensor gated = gates.times(ThinProducts.linear(context, u, Gates.A), gates.open(u, context));
    return ThinProducts.add(context, ControlOp.sum(context), gated, Gates.B, scale);
  }

  @Override
  public void backward(BackwardContext context) {
    Gates gates = new Gates(terms);
    Tensor dy = context.upstream();
    Tensor u = ControlOp.u(context);
    Tensor a = context.parameter(Gates.A);
    Tensor h = u.linear(a);
    Tensor open = gates.open(u, context);
    if (context.wantsParameter(Gates.B)) {
      context.parameterGradient(Gates.B).addMatmul(dy.t(), gates.times(h, open), scale);
    }
    Tensor t = dy.matmul(context.parameter(Gates.B)).mulInPlace(scale);
    gates.backward(t.mul(h), 1, open, u, context);
    Tensor dh = gates.times(t, open);
    if (context.wantsParameter(Gates.A)) {
      context.parameterGradient(Gates.A).addMatmul(dh.t(), u, 1);
    }
    if (context.wants(U)) {
      context.gradient(U).addMatmul(dh, a, 1);
    }
    ControlOp.addToV(context);
  }
}
