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
import java.util.Arrays;
import java.util.List;

/**
 * Embeddings with those of some tokens by rows of their own: x {@code [rows, hidden]}, ids {@code
 * [rows]} and D {@code [tokens, hidden]} to {@code y_t = D_i} where {@code id_t = tokens[i]}, else
 * {@code x_t}.
 *
 * <p>With S {@code [rows, tokens]}, one where a row's id is that token: {@code y = keep x + S D},
 * keep being 0 in rows of the tokens and 1 in others. Backward: {@code dx = keep dy}, {@code dD =
 * S^T dy}. S is made of the ids again. Source: PEFT's TrainableTokensLayer.
 *
 * @param tokens their ids, each once
 * @param vocabulary number of ids that there are
 */
public record TokenRows(List<Integer> tokens, int vocabulary) implements Op {
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
    Tensor y = context.mayOverwrite(X) ? x.share() : x.copy();
    Tensor chosen = chosen(context);
    return y.mulInPlace(keep(chosen)).addmmInPlace(rows(chosen), context.parameter(OWN), 1, 1);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor chosen = chosen(context);
    if (context.wantsParameter(OWN)) {
      context.parameterGradient(OWN).addMatmul(rows(chosen).t(), context.upstream(), 1);
    }
    if (context.wants(X)) {
      context.gradient(X).add(context.upstream().mul(keep(chosen)));
    }
  }

  /** S, and a last column that is 1 where no token is chosen: {@code [rows, tokens + 1]}. */
  private Tensor chosen(EdgeContext context) {
    Torch torch = context.torch();
    Tensor ids = context.input(IDS);
    Tensor places = torch.constants().of(this, () -> torch.of(places(), vocabulary));
    Tensor columns = places.indexSelect(0, ids).view(ids.size(0), 1);
    return torch
        .zeros(context.computeType(), ids.size(0), tokens.size() + 1L)
        .scatterAddInPlace(1, columns, torch.full(context.computeType(), 1, ids.size(0), 1));
  }

  /** The column of each id. */
  private long[] places() {
    long[] places = new long[vocabulary];
    Arrays.fill(places, tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      places[tokens.get(i)] = i;
    }
    return places;
  }

  private Tensor rows(Tensor chosen) {
    return chosen.narrow(1, 0, tokens.size());
  }

  private Tensor keep(Tensor chosen) {
    return chosen.narrow(1, tokens.size(), 1);
  }
}
