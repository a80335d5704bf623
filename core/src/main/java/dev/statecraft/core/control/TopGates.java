package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;

/**
 * {@code g = softmax over the k largest of z}, {@code z = G x_u + g0}, {@code [rows, m]}: a row's
 * other gates are zero. Of equal logits the one that comes first is larger.
 *
 * <p>Backward, where the choice is a constant: {@code dz = g * (dg - sum g * dg)}, which is zero
 * for gates that are; {@code dG = dz^T x_u}, {@code dg0 = sum dz}, {@code dx_u = dz G}. It reads
 * the gates themselves, which are stored, so its choice is the forward's.
 *
 * @param k how many are open; all if there are no more
 */
record TopGates(int k) implements Op {
  private static final int U = 0;
  private static final int G = 0;
  private static final int G_BIAS = 1;

  @Override
  public String name() {
    return "top_gates";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    if (inputs.size() != 1 || parameters.size() != 2) {
      throw new GraphException("expected x_u, G and g0, found " + inputs + ", " + parameters);
    }
    long gates = parameters.get(G).size(0);
    ControlShapes.expect(parameters.get(G), gates, inputs.get(U).shape().features());
    ControlShapes.expect(parameters.get(G_BIAS), gates);
    return inputs.get(U).shape().withFeatures(gates);
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.OUTPUT.andInput(U, demand.parameter(G));
  }

  @Override
  public boolean chooses() {
    return true;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor logits =
        ControlOp.input(context, U)
            .linear(context.parameter(G))
            .addInPlace(context.parameter(G_BIAS));
    Tensor z = logits.as(context.computeType().master());
    Tensor powers = z.sub(z.maxKeep(1)).expInPlace();
    if (k < z.size(1)) {
      powers.mulInPlace(chosen(z));
    }
    return powers.divInPlace(powers.sumKeep(1)).as(context.computeType());
  }

  /** 1 for the k largest numbers of each row, 0 for the others; changes z. */
  private Tensor chosen(Tensor z) {
    Torch torch = z.torch();
    long rows = z.size(0);
    Tensor chosen = torch.zeros(z.dtype(), rows, z.size(1));
    Tensor one = torch.full(z.dtype(), 1, rows, 1);
    Tensor never = torch.full(z.dtype(), Double.NEGATIVE_INFINITY, rows, 1);
    for (int i = 0; i < k; i++) {
      Tensor best = z.argmax(1).unsqueeze(1);
      chosen.scatterAddInPlace(1, best, one);
      z.scatterAddInPlace(1, best, never);
    }
    return chosen;
  }

  @Override
  public void backward(BackwardContext context) {
    DType master = context.computeType().master();
    Tensor g = context.output().as(master);
    Tensor weighted = context.upstream().as(master).mul(g);
    Tensor dz = weighted.sub(g.mul(weighted.sumKeep(1)));
    if (context.wantsParameter(G_BIAS)) {
      context.parameterGradient(G_BIAS).add(dz.sum(0));
    }
    Tensor narrow = dz.as(context.computeType());
    if (context.wantsParameter(G)) {
      context.parameterGradient(G).addMatmul(narrow.t(), ControlOp.input(context, U), 1);
    }
    if (context.wants(U)) {
      context.gradient(U).addMatmul(narrow, context.parameter(G), 1);
    }
  }
}
