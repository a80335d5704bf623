package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;
import java.util.Optional;

/**
 * Cross entropy of classes: {@code loss = scale * sum over sequences of (logsumexp(z) - z[label])}.
 * Inputs: logits z {@code [sequences, classes]}, labels {@code [sequences]}, each in {@code [0,
 * classes)}. Output {@code [1]} in the master type; scale is {@link ForwardContext#lossScale()}.
 *
 * <p>Backward: {@code dz = dy scale (softmax(z) - onehot(label))}, prepared by the forward.
 */
public record CrossEntropyLoss() implements Loss {
  @Override
  public String name() {
    return "cross_entropy_loss";
  }

  @Override
  public Optional<Op> outputs() {
    return Optional.of(new ChosenOutputs());
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 2, parameters, 0);
    long classes = Expect.rows(inputs.get(0), "logits");
    Expect.shape(inputs.get(0), "logits", Shape.sequences(classes));
    Expect.precision(inputs.get(1), "labels", Precision.INDEX);
    Expect.shape(inputs.get(1), "labels", Shape.of(Axis.SEQUENCES));
    return Shape.of(Dim.of(1));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor logits = context.input(0);
    DType master = logits.dtype().master();
    boolean gradient = context.backwardFollows() && context.wants(0);
    Tensor total = context.torch().zeros(master, 1);
    Tensor wide = context.torch().empty(master, logits.shape()).copyFrom(logits);
    Kernels.crossEntropyInPlace(wide, context.input(1), context.lossScale(), gradient, total);
    if (gradient) {
      context.keep(GRADIENT, wide);
    }
    return total;
  }
}
