package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Squared error: {@code loss = scale * sum over sequences of (z - target)^2}, the mean when scale
 * ({@link ForwardContext#lossScale()}) is 1 / sequences. Inputs: predictions z {@code [sequences,
 * 1]}, targets {@code [sequences]} in the master type. Output {@code [1]} in the master type.
 *
 * <p>Backward: {@code dz = 2 dy scale (z - target)}, prepared by the forward.
 */
public record MeanSquaredErrorLoss() implements Loss {
  @Override
  public String name() {
    return "mean_squared_error_loss";
  }

  @Override
  public Optional<Op> outputs() {
    return Optional.of(new ChosenOutputs());
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 0);
    Expect.rows(inputs.get(0), "predictions");
    Expect.shape(inputs.get(0), "predictions", Shape.sequences(1));
    Expect.precision(inputs.get(1), "targets", Precision.MASTER);
    Expect.shape(inputs.get(1), "targets", Shape.of(Axis.SEQUENCES));
    return Shape.of(Dim.of(1));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor targets = context.input(1);
    Tensor wide = context.torch().empty(targets.dtype(), context.input(0).shape());
    Tensor error = wide.copyFrom(context.input(0)).subInPlace(targets.unsqueeze(1));
    Tensor loss = error.square().sum(0).mulInPlace(context.lossScale());
    if (context.backwardFollows() && context.wants(0)) {
      context.keep(GRADIENT, error.mulInPlace(2 * context.lossScale()));
    }
    return loss;
  }
}
