package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an optimizer's step heeds besides the gradient of the loss: a penalty before it, a change of
 * the trained values after it. A tuning puts it into the graph, where every step finds it.
 *
 * <p>Stateless, as an {@link Op} is: what it remembers from step to step lies in tensors that the
 * optimizer holds and checkpoints keep. What it allocates must not depend on values, except to be
 * less, and {@link #follow} allocates next to nothing, since the values have changed by then.
 */
public interface StepRule {
  /**
   * Sizes of the tensors that it remembers, in the master type and zero at first, by names that no
   * other rule of the graph has.
   */
  default Map<String, List<Long>> memory() {
    return Map.of();
  }

  /**
   * Adds the gradient of a penalty, once a step and before gradients are clipped.
   *
   * @return the penalty {@code [1]}, in the master type; empty if it has none
   */
  default Optional<Tensor> penalize(StepContext context) {
    return Optional.empty();
  }

  /**
   * Changes values after the optimizer has. Gradients are the clipped ones, and may be overwritten:
   * nobody reads them any more.
   *
   * @param step the step's number, from 0
   */
  default void follow(StepContext context, long step) {}
}
