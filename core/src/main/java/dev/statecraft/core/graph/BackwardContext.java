package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;

/** One backward evaluation of an edge. */
public interface BackwardContext extends EdgeContext {
  /** Gradient of the loss with respect to the output. Read only unless {@link #ownsUpstream()}. */
  Tensor upstream();

  /** Whether nobody else reads {@link #upstream()} any more, so that it may be overwritten. */
  boolean ownsUpstream();

  /** Value of the output, if {@link Op#reads} asked for it. */
  Tensor output();

  /** An extra that the forward kept. */
  Tensor extra(String name);

  boolean wants(int input);

  boolean wantsParameter(int index);

  /** Where the gradient of an input goes. */
  GradientSink gradient(int input);

  /** Where the gradient of a parameter goes. */
  GradientSink parameterGradient(int index);
}
