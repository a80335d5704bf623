package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * The logits of chosen tokens at chosen positions: {@code scale * sum over l of W[id_l] .
 * h[position_l]}. Inputs and parameter are those of {@link CausalLmLoss}, whose labels choose.
 * Output {@code [1]} in the master type.
 *
 * <p>Backward: {@code dh[position_l] = dy scale W[id_l]}, so a pass gives the gradients of any
 * logits without computing the others. Where scores are made of the products {@code z} by a {@link
 * ScoreRule}, the logits are the scores and the gradient has their slope.
 *
 * @param rule what makes scores of products
 */
record ChosenTokens(ScoreRule rule) implements Loss {
  @Override
  public String name() {
    return "chosen_tokens";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 3, parameters, 1);
    long features = Expect.rows(inputs.get(0), "hidden");
    Expect.precision(inputs.get(1), "label positions", Precision.INDEX);
    Expect.shape(inputs.get(1), "label positions", Shape.of(Axis.LABELS));
    Expect.precision(inputs.get(2), "label ids", Precision.INDEX);
    Expect.shape(inputs.get(2), "label ids", Shape.of(Axis.LABELS));
    Expect.matrix(parameters.get(0), "head", features);
    return Shape.of(Dim.of(1));
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(1, demand.input(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor hidden = context.input(0);
    DType master = hidden.dtype().master();
    Tensor directions = context.parameter(0).indexSelect(0, context.input(2));
    Tensor rows = hidden.indexSelect(0, context.input(1));
    Tensor products = rows.as(master).mul(directions.as(master)).sum(1);
    Tensor scores = rule.applyInPlace(products);
    Tensor total = scores.sum(0).mul(context.lossScale());
    if (context.backwardFollows() && context.wants(0)) {
      Tensor slopes = scores.torch().full(master, context.lossScale(), scores.size(0));
      rule.backwardInPlace(slopes, scores);
      context.keep(GRADIENT, directions.as(master).mul(slopes.unsqueeze(1)).as(hidden.dtype()));
    }
    return total.view(1);
  }

  @Override
  public void backward(BackwardContext context) {
    Loss.addToPositions(context);
  }
}
