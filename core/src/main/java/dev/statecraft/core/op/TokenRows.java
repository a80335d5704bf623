package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;

/**
 * Embeddings with those of some tokens by rows of their own: x {@code [rows, hidden]}, ids {@code
 * [rows]} and D {@code [tokens, hidden]} to {@code y_t = D_i} where {@code id_t = tokens[i]}, else
 * {@code x_t}.
 *
 * <p>With S {@code [rows, tokens]}, one where a row's id is that token: y is x with zeros in rows
 * of the tokens, and {@code S D}. Backward: dx is dy with zeros in these rows, {@code dD = S^T dy}.
 * S is made of the ids again. Source: PEFT's TrainableTokensLayer.
 *
 * @param tokens their ids, each once
 */
public record TokenRows(List<Integer> tokens) implements Op {
  private static final int X = 0;
  private static final int IDS = 1;
  private static final int OWN = 0;

  public TokenRows {
    tokens = List.copyOf(tokens);
  }

  @Override
  public String name() {
    return "token_rows";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 1);
    long features = Expect.rows(inputs.get(X), "embeddings");
    Expect.precision(inputs.get(IDS), "ids", Precision.INDEX);
    Expect.parameter(parameters.get(OWN), "rows of tokens", tokens.size(), features);
    return inputs.get(X).shape();
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  /** Ids have no gradient. */
  @Override
  public boolean differentiableBy(int input) {
    return input == X;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(IDS, demand.any());
  }

  @Override
  public int overwrites() {
    return X;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(X);
    Tensor chosen = chosen(context);
    Tensor y = context.mayOverwrite(X) ? x.share() : x.copy();
    return y.maskedFillInPlace(any(chosen), 0).addmmInPlace(chosen, context.parameter(OWN), 1, 1);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor chosen = chosen(context);
    if (context.wantsParameter(OWN)) {
      context.parameterGradient(OWN).addMatmul(chosen.t(), context.upstream(), 1);
    }
    if (context.wants(X)) {
      Tensor others = context.upstream().copy();
      context.gradient(X).add(others.maskedFillInPlace(any(chosen), 0));
    }
  }

  /** S {@code [rows, tokens]}. */
  private Tensor chosen(EdgeContext context) {
    Torch torch = context.torch();
    Tensor ids = context.input(IDS);
    long[] wanted = tokens.stream().mapToLong(Integer::longValue).toArray();
    Tensor columns = torch.constants().of(this, () -> torch.of(wanted, 1, wanted.length));
    return ids.view(-1, 1).equalTo(columns).as(context.computeType());
  }

  /** Whether a row's id is one of the tokens, {@code [rows, 1]}. */
  private static Tensor any(Tensor chosen) {
    return chosen.sumKeep(1).equalTo(1);
  }
}
