package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Layout;
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
 * The mean of every sequence's n tokens: {@code [tokens, hidden]} to {@code [sequences, hidden]},
 * summed in the master type.
 *
 * <p>Backward: {@code dx_t = dy_s / n_s} for every token t of sequence s.
 */
public record MeanTokens() implements Op {
  @Override
  public String name() {
    return "mean_tokens";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 0);
    long features = Expect.rows(inputs.get(0), "input");
    Expect.laidOut(inputs.get(0), "input");
    return Shape.sequences(features);
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    Layout layout = context.layout(0);
    DType master = x.dtype().master();
    Tensor owners = context.torch().ofInts(layout.sequenceOfToken());
    return context
        .torch()
        .zeros(master, layout.sequences(), x.size(1))
        .indexAddInPlace(0, owners, x.as(master))
        .mulInPlace(inverseLengths(context.torch(), layout, master))
        .as(x.dtype());
  }

  @Override
  public void backward(BackwardContext context) {
    if (!context.wants(0)) {
      return;
    }
    Tensor upstream = context.upstream();
    Layout layout = context.layout(0);
    DType master = upstream.dtype().master();
    Tensor shares =
        upstream
            .as(master)
            .mul(inverseLengths(context.torch(), layout, master))
            .as(upstream.dtype());
    Tensor owners = context.torch().ofInts(layout.sequenceOfToken());
    context.gradient(0).add(shares.indexSelect(0, owners));
  }

  /** {@code 1 / n}, {@code [sequences, 1]}. */
  private static Tensor inverseLengths(Torch torch, Layout layout, DType type) {
    double[] inverse = new double[layout.sequences()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1.0 / layout.length(i);
    }
    return torch.of(type, inverse, inverse.length, 1);
  }
}
