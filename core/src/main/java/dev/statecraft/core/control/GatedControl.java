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
 * {@code x_v' = x_v + c s * (B h)}, {@code h = A x_u}, {@code s = sigmoid(G x_u + g0)}, each gate
 * of s multiplying a run of features.
 *
 * <p>Backward, with {@code q = c s * dy}: {@code dx_v = dy}, {@code dB = q^T h}, {@code dh = q B},
 * {@code dA = dh^T x_u}, {@code ds = } the sum of {@code c dy * (B h)} over each run, {@code dz =
 * ds s (1 - s)}, {@code dG = dz^T x_u}, {@code dg0 = sum dz}, {@code dx_u = dh A + dz G}. Reads x_u
 * alone; {@code B h} is computed again.
 *
 * @param scale c
 * @param gates of how many runs
 */
record GatedControl(double scale, int gates) implements ControlOp {
  @Override
  public String name() {
    return "gated_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Shape v = inputs.get(V).shape();
    new Gates(gates).divide("gates", v.features(), "features of x_v");
    new Gates(gates).check(inputs, parameters);
    return v;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(U);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Gates shared = new Gates(gates);
    Tensor u = ControlOp.u(context);
    Tensor control = u.linear(context.parameter(Gates.A)).linear(context.parameter(Gates.B));
    Tensor result = ControlOp.sum(context);
    shared
        .runs(result)
        .addcmulInPlace(shared.runs(control), shared.open(u, context).unsqueeze(2), scale);
    return result;
  }

  @Override
  public void backward(BackwardContext context) {
    Gates shared = new Gates(gates);
    Tensor dy = context.upstream();
    Tensor u = ControlOp.u(context);
    Tensor a = context.parameter(Gates.A);
    Tensor b = context.parameter(Gates.B);
    Tensor h = u.linear(a);
    Tensor open = shared.open(u, context);
    // As wide as x_v: of one, and then of q.
    Tensor wide = h.linear(b).mulInPlace(dy);
    shared.backward(wide, scale, open, u, context);
    shared.runs(wide).setToProduct(shared.runs(dy), open.mulInPlace(scale).unsqueeze(2));
    Tensor q = wide;
    if (context.wantsParameter(Gates.B)) {
      context.parameterGradient(Gates.B).addMatmul(q.t(), h, 1);
    }
    Tensor dh = q.matmul(b);
    if (context.wantsParameter(Gates.A)) {
      context.parameterGradient(Gates.A).addMatmul(dh.t(), u, 1);
    }
    if (context.wants(U)) {
      context.gradient(U).addMatmul(dh, a, 1);
    }
    ControlOp.addToV(context);
  }
}
