package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/** One forward evaluation of an edge. */
public interface ForwardContext extends EdgeContext {
  /** Whether the forward may turn the storage of this input into its output. */
  boolean mayOverwrite(int input);

  /** Whether a backward of this edge will follow, so that {@link #keep extras} are of use. */
  boolean backwardFollows();

  /** Whether the backward will be asked for the gradient of this input. */
  boolean wants(int input);

  /** Sink for a parameter gradient that the forward computes already (losses do). */
  GradientSink parameterGradient(int index);

  /** Whether the gradient of this parameter is wanted. */
  boolean wantsParameter(int index);

  /** Keeps a small extra for the backward, such as a loss's prepared gradient. */
  void keep(String name, Tensor extra);

  /** Whether no parameter changes any more, so that what is made of them can be kept. */
  default boolean valuesAreFinal() {
    return false;
  }

  /**
   * What is computed from the edge's parameters alone: once, where their values are final, else
   * whenever it is asked for. Read only.
   *
   * @param name of it, one of the edge's
   */
  default Tensor derived(String name, Supplier<Tensor> computed) {
    return computed.get();
  }

  /**
   * {@code A x} {@code [rows, r]} of the op's {@linkplain Op#thinParameter thin matrix}, if it was
   * computed with those of other edges. The op may change it.
   */
  default Optional<Tensor> joined() {
    return Optional.empty();
  }

  /** Keys and values of earlier tokens, when text is generated. */
  Optional<KeyValueCache> cache();
}
