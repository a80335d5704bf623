package dev.statecraft.core.control;

import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.StepRule;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The g of a control edge {@code x_v' = x_v + g(x_u; theta)} (paper, section 3). */
public interface ControlFunction {
  /**
   * Whether it stands in series, {@code x_v' = f(x_v; theta)}: both ends of its edge are one state,
   * which is the op's only input.
   */
  default boolean isSeries() {
    return false;
  }

  /** The same as one whose edges read what earlier ones computed, if that is what it is. */
  default Optional<Routed> routed() {
    return Optional.empty();
  }

  /** The same as {@code s (B (A x + a) + b)}, if that is what it is. */
  default Optional<LowRank> lowRank() {
    return Optional.empty();
  }

  /** The same as {@code s (B f(A x + a) + b)}, if that is what it is. */
  default Optional<Bottleneck> bottleneck() {
    return Optional.empty();
  }

  /** Whether its parameters are factors or shifts of features: none is a factor of another. */
  default boolean isOfPlainValues() {
    return false;
  }

  /** {@code factor g}, where a number among its settings can hold the factor. */
  default Optional<ControlFunction> scaled(double factor) {
    return Optional.empty();
  }

  /** The op that computes {@code x_v + g(x_u)} from the inputs (x_v, x_u). */
  Op op();

  /** The same where the op depends on where the edge goes: on what its rows may know of others. */
  default Op op(EdgePlace place) {
    return op();
  }

  /**
   * The parameters theta, in the op's order.
   *
   * @param name makes a parameter's full name from its short one ({@code A.weight})
   * @param in features of x_u
   * @param out features of x_v
   */
  List<Parameter> parameters(UnaryOperator<String> name, long in, long out);

  /**
   * What steps that train the edge heed besides the gradient of the loss.
   *
   * @param theta its parameters
   */
  default List<StepRule> rules(List<Parameter> theta) {
    return List.of();
  }
}
