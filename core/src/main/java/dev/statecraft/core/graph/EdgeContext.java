package dev.statecraft.core.graph;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/** What forward and backward of an edge both see. */
public interface EdgeContext {
  Torch torch();

  /** Where sequences begin and end along the axis of an input's rows. */
  Layout layout(int input);

  /** The model's type. */
  DType computeType();

  /** Value of an input state (in a backward: one that {@link Op#reads} named). */
  Tensor input(int index);

  /** Value of a parameter in the model's type. Read only. */
  Tensor parameter(int index);

  /** Value of a parameter in the type it is held in (the master type if trained). Read only. */
  Tensor masterParameter(int index);

  /**
   * The seed of this edge's randomness: the same in forward, recomputation and backward of one
   * micro-batch, different for every other edge, micro-batch and step.
   */
  long seed();

  /** Whether dropout is on. */
  boolean training();

  /**
   * Factor of every example's loss: 1 / (number of labels of the whole optimizer step), so that
   * gradients do not depend on how the step is split into micro-batches.
   */
  double lossScale();
}
