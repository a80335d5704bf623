package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * The first token of every sequence: {@code [tokens, hidden]} to {@code [sequences, hidden]}.
 *
 * <p>Backward: {@code dx} is {@code dy} at first tokens and 0 elsewhere. Source: the pooling of
 * BERT (Devlin et al., 2018).
 */
public record FirstToken() implements Op {
  @Override
  public String name() {
    return "first_token";
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
    Tensor first = context.torch().ofInts(context.layout(0).firstTokens());
    return context.input(0).indexSelect(0, first);
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(0)) {
      Tensor first = context.torch().ofInts(context.layout(0).firstTokens());
      Tensor gradient = context.gradient(0).allocate().zero();
      context.gradient(0).add(gradient.indexCopyInPlace(0, first, context.upstream()));
    }
  }
}
