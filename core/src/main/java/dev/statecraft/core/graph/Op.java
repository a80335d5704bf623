package dev.statecraft.core.graph;

import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * The computation of an edge: a forward with its hand-written backward (vector-Jacobian product).
 * Stateless; one file per op, with the formula and its source.
 */
public interface Op {
  /** Short name for listings, such as {@code rms_norm}. */
  String name();

  /**
   * The output's shape.
   *
   * @throws GraphException if inputs and parameters do not fit; the message names them
   */
  Shape infer(List<State> inputs, List<Parameter> parameters);

  /** The output's precision. */
  default Precision precision() {
    return Precision.COMPUTE;
  }

  Cost cost();

  /** Whether it is a norm, whose few parameters some methods train beside what they add. */
  default boolean isNorm() {
    return false;
  }

  /**
   * Whether its low-rank matrices hold several terms side by side, so that their width is not the
   * rank of one product.
   */
  default boolean hasTerms() {
    return false;
  }

  /**
   * How many numbers of a parameter an edge of this op multiplies with: all, but of a matrix that
   * it shares with wider edges a part.
   *
   * @param edge of this op
   * @param parameter index of one of its parameters
   */
  default long multiplied(Edge edge, int parameter) {
    return edge.parameters().get(parameter).elements();
  }

  /** What {@link #backward} will read, given the gradients asked of it. */
  Reads reads(Demand demand);

  /** Whether the op has gradients at all; index and table ops have none. */
  default boolean differentiable() {
    return true;
  }

  /**
   * Whether the backward gives an input its gradient: not ids, positions and tables made of them,
   * whose readers ignore them.
   */
  default boolean differentiableBy(int input) {
    return differentiable();
  }

  /**
   * Index of an input whose storage the forward can turn into the output where the plan allows it,
   * or -1. The backward must then read neither that input nor pass over it. An input that the edge
   * reads twice is never overwritten.
   */
  default int overwrites() {
    return -1;
  }

  /**
   * Index of an input whose gradient is computed from the output's by an in-place (or no) change,
   * so that both can live in one buffer; or -1. No other input may be given that tensor.
   */
  default int passesGradientTo() {
    return -1;
  }

  /** Whether each row of the output is computed of that row of the inputs alone. */
  default boolean isRowWise() {
    return false;
  }

  /** Whether rows look at other rows of their sequence, but never at later ones. */
  default boolean causal() {
    return false;
  }

  /**
   * Whether what it does to a row depends on where its sequence's prompt ends: of a prompt that is
   * seen in parts, it must see the beginning again.
   */
  default boolean dependsOnPrompt() {
    return false;
  }

  /**
   * Of attention: how many keys a query sees on average.
   *
   * @param length keys of its sequence
   */
  default double seenKeys(double length) {
    return length;
  }

  /**
   * Of ops that treat a text by its length: texts of lengths with one number are treated alike.
   * Where the number changes as a text grows, what was computed of its beginning no longer holds.
   * It does not come back to one that shorter texts had.
   *
   * @param tokens the text's length
   */
  default int regime(int tokens) {
    return 0;
  }

  /** Whether texts of some lengths are treated unlike others: see {@link #regime}. */
  default boolean dependsOnLength() {
    return regime(1) != regime(Integer.MAX_VALUE);
  }

  /**
   * Whether the output says which of several things was chosen. Computed again from states that
   * were stored in fewer bytes it could be another choice, so it is always stored.
   */
  default boolean chooses() {
    return false;
  }

  /**
   * Index of a thin matrix {@code A [r, in]} among the parameters, if all that the op reads of its
   * second input is {@code A x}, as long as nothing is dropped; or -1. The matrices of edges that
   * read one state can then be {@linkplain ForwardContext#joined one product}.
   */
  default int thinParameter() {
    return -1;
  }

  /**
   * Of a loss: the op that with its inputs and parameters computes the sum of the outputs that the
   * labels name, instead of what they cost. Its backward gives the slopes of the model's outputs.
   */
  default Optional<Op> outputs() {
    return Optional.empty();
  }

  /** Computes the output; temporaries need no closing. */
  Tensor forward(ForwardContext context);

  /** Adds gradients to the sinks of the inputs and parameters that are wanted. */
  void backward(BackwardContext context);
}
