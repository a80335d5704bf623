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
 * Scores with those of some tokens by rows of their own: scores z {@code [rows, vocab]}, h {@code
 * [rows, hidden]} and D {@code [tokens, hidden]} to {@code y = z}, in which the column of {@code
 * tokens[i]} is {@code h D_i}.
 *
 * <p>Backward: {@code dz = dy} with zeros in these columns; of the columns {@code c}, {@code dh = c
 * D}, {@code dD = c^T h}. Source: PEFT's TrainableTokensLayer on a head.
 *
 * @param tokens their ids, each once
 */
public record TokenScores(List<Integer> tokens) implements Op {
  private static final int SCORES = 0;
  private static final int HIDDEN = 1;
  private static final int OWN = 0;

  public TokenScores {
    tokens = List.copyOf(tokens);
  }

  @Override
  public String name() {
    return "token_scores";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 1);
    Expect.rows(inputs.get(SCORES), "scores");
    long features = Expect.rows(inputs.get(HIDDEN), "hidden");
    Expect.parameter(parameters.get(OWN), "rows of tokens", tokens.size(), features);
    return inputs.get(SCORES).shape();
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(HIDDEN, demand.parameter(OWN));
  }

  @Override
  public int overwrites() {
    return SCORES;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor scores = context.input(SCORES);
    Tensor y = context.mayOverwrite(SCORES) ? scores.share() : scores.copy();
    columns().set(y, context.input(HIDDEN).linear(context.parameter(OWN)));
    return y;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor own = columns().of(context.upstream());
    if (context.wantsParameter(OWN)) {
      context.parameterGradient(OWN).addMatmul(own.t(), context.input(HIDDEN), 1);
    }
    if (context.wants(HIDDEN)) {
      context.gradient(HIDDEN).addMatmul(own, context.parameter(OWN), 1);
    }
    if (context.wants(SCORES)) {
      Tensor others = context.upstream().copy();
      columns().take(others);
      context.gradient(SCORES).add(others);
    }
  }

  private TokenColumns columns() {
    return new TokenColumns(tokens);
  }
}
