package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * The outputs of a head themselves: {@code scale * sum over sequences of z[label]}. Inputs: outputs
 * z {@code [sequences, outputs]}; labels {@code [sequences]} that choose among them as those of
 * {@link CrossEntropyLoss} do, or numbers, as those of {@link MeanSquaredErrorLoss}, where there is
 * one output. Output {@code [1]} in the master type.
 *
 * <p>Backward: {@code dz = dy scale onehot(label)}, prepared by the forward.
 */
record ChosenOutputs() implements Loss {
  @Override
  public String name() {
    return "chosen_outputs";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 0);
    long outputs = Expect.rows(inputs.get(0), "outputs");
    Expect.shape(inputs.get(0), "outputs", Shape.sequences(outputs));
    Expect.shape(inputs.get(1), "labels", Shape.of(Axis.SEQUENCES));
    if (outputs > 1) {
      Expect.precision(inputs.get(1), "labels", Precision.INDEX);
    }
    return Shape.of(Dim.of(1));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor outputs = context.input(0);
    DType master = outputs.dtype().master();
    Tensor chosen = context.torch().zeros(master, outputs.shape());
    if (outputs.size(1) == 1) {
      chosen.fill(context.lossScale());
    } else {
      Tensor index = context.input(1).unsqueeze(1);
      chosen.scatterAddInPlace(
          1, index, context.torch().full(master, context.lossScale(), index.shape()));
    }
    Tensor total = outputs.as(master).mul(chosen).view(-1).sum(0).view(1);
    if (context.backwardFollows() && context.wants(0)) {
      context.keep(GRADIENT, chosen);
    }
    return total;
  }
}
