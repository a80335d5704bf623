package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/** What a {@link StepRule} sees of a step. Its tensors are the step's own: changes are seen. */
public interface StepContext {
  Torch torch();

  /**
   * A trained parameter, in the master type.
   *
   * @throws IllegalArgumentException if no trained parameter is called so
   */
  Tensor value(String parameter);

  /**
   * Its gradient, in the master type.
   *
   * @throws IllegalArgumentException if no trained parameter is called so
   */
  Tensor gradient(String parameter);

  /**
   * A tensor of the rule's {@link StepRule#memory}.
   *
   * @throws IllegalArgumentException if no rule remembers anything under the name
   */
  Tensor memory(String name);
}
