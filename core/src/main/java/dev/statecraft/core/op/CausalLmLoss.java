package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;
import java.util.Optional;

/**
 * Cross entropy of the next token, fused with the output head: {@code loss = scale * sum over
 * labels l of (logsumexp(z_l) - z_l[id_l])} with logits {@code z_l = W h[position_l]}. Inputs:
 * hidden h {@code [tokens, hidden]}, label positions {@code [labels]} (distinct tokens: the
 * position whose output is to predict the label, so already shifted), label ids {@code [labels]};
 * parameter: head W {@code [vocab, hidden]}, which may be the embedding's table. Output {@code [1]}
 * in the master type; scale is {@link ForwardContext#lossScale()}.
 *
 * <p>Only positions with a label are computed, a chunk at a time, so the logits of more than one
 * chunk never exist. The forward already computes the gradients, {@code dz = scale (softmax(z) -
 * onehot(id))}, {@code dh[position] = dz W}, {@code dW = dz^T h}: dW is given to its sink at once,
 * <em>as if the upstream gradient were 1</em>; dh is kept and multiplied by the upstream gradient
 * in the backward.
 *
 * <p>Where tokens have a head row of their own, a second parameter D {@code [tokens, hidden]}, row
 * i of which is that of {@code tokens[i]} in place of W's: {@code dD} is the sum over labels of
 * those columns of dz times h, and W gets no gradient of them.
 *
 * <p>Where scores are not the products but made of them by a {@link ScoreRule}, z are the scores
 * and dz goes through the rule.
 *
 * @param chunk labels computed at once
 * @param tokens ids of tokens with a row of their own, each once; usually none
 * @param rule what makes scores of products
 */
public record CausalLmLoss(int chunk, List<Integer> tokens, ScoreRule rule) implements Loss {
  private static final int OWN = 1;

  public CausalLmLoss {
    Expect.positive("chunk", chunk);
    tokens = List.copyOf(tokens);
  }

  /** All rows W's. */
  public CausalLmLoss(int chunk, ScoreRule rule) {
    this(chunk, List.of(), rule);
  }

  /** The usual, scores being the products. */
  public CausalLmLoss(int chunk) {
    this(chunk, ScoreRule.PLAIN);
  }

  /** The same with tokens that have a row of their own. */
  public CausalLmLoss withTokens(List<Integer> own) {
    return new CausalLmLoss(chunk, own, rule);
  }

  @Override
  public String name() {
    return "causal_lm_loss";
  }

  @Override
  public Optional<Op> outputs() {
    return tokens.isEmpty() ? Optional.of(new ChosenTokens(rule)) : Optional.empty();
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 3, parameters, tokens.isEmpty() ? 1 : 2);
    long features = Expect.rows(inputs.get(0), "hidden");
    Expect.laidOut(inputs.get(0), "hidden");
    Expect.precision(inputs.get(1), "label positions", Precision.INDEX);
    Expect.shape(inputs.get(1), "label positions", Shape.of(Axis.LABELS));
    Expect.precision(inputs.get(2), "label ids", Precision.INDEX);
    Expect.shape(inputs.get(2), "label ids", Shape.of(Axis.LABELS));
    Expect.matrix(parameters.get(0), "head", features);
    if (!tokens.isEmpty()) {
      Expect.parameter(parameters.get(OWN), "rows of tokens", tokens.size(), features);
    }
    return Shape.of(Dim.of(1));
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(1, demand.input(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Torch torch = context.torch();
    Tensor hidden = context.input(0);
    Tensor positions = context.input(1);
    Tensor ids = context.input(2);
    Tensor head = context.parameter(0);
    long labels = positions.size(0);
    boolean wantsHidden = context.backwardFollows() && context.wants(0);
    boolean wantsHead = context.backwardFollows() && context.wantsParameter(0);
    boolean wantsOwn =
        context.backwardFollows() && !tokens.isEmpty() && context.wantsParameter(OWN);
    Optional<TokenColumns> columns =
        tokens.isEmpty() ? Optional.empty() : Optional.of(new TokenColumns(tokens));
    Tensor total = torch.zeros(hidden.dtype().master(), 1);
    Tensor gradient = torch.empty(hidden.dtype(), wantsHidden ? labels : 0, hidden.size(1));
    try (Tensor buffer = torch.empty(hidden.dtype(), Math.min(chunk, labels), head.size(0))) {
      for (long start = 0; start < labels; start += chunk) {
        long count = Math.min(chunk, labels - start);
        try (Scope scope = torch.scope()) {
          Tensor rows = hidden.indexSelect(0, positions.narrow(0, start, count));
          Tensor logits = buffer.narrow(0, 0, count).setToMatmul(rows, head.t());
          columns.ifPresent(c -> c.set(logits, rows.linear(context.parameter(OWN))));
          Kernels.crossEntropyInPlace(
              logits,
              ids.narrow(0, start, count),
              context.lossScale(),
              wantsHidden || wantsHead || wantsOwn,
              total,
              1 / rule.divisor(),
              rule.cap());
          Optional<Tensor> own = columns.map(c -> ownGradients(c, logits, rows, context));
          if (wantsHidden) {
            Tensor part = gradient.narrow(0, start, count).setToMatmul(logits, head);
            own.ifPresent(dz -> part.addmmInPlace(dz, context.parameter(OWN), 1, 1));
          }
          if (wantsHead) {
            context.parameterGradient(0).addMatmul(logits.t(), rows, 1);
          }
        }
      }
    }
    if (wantsHidden) {
      context.keep(GRADIENT, gradient);
    }
    return total;
  }

  /** Takes the columns of the tokens out of dz, which they leave as zeros, and adds up dD. */
  private static Tensor ownGradients(
      TokenColumns columns, Tensor dz, Tensor rows, ForwardContext context) {
    Tensor taken = columns.take(dz);
    if (context.backwardFollows() && context.wantsParameter(OWN)) {
      context.parameterGradient(OWN).addMatmul(taken.t(), rows, 1);
    }
    return taken;
  }

  @Override
  public void backward(BackwardContext context) {
    Loss.addToPositions(context);
  }
}
