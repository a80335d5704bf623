package dev.statecraft.core.control;

import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A control function of one's own that has a forward only; libtorch's autograd gives this one edge
 * its backward.
 *
 * @param name for listings
 * @param theta its parameters
 * @param forward computes g
 */
public record UserFunction(String name, List<Theta> theta, Forward forward)
    implements ControlFunction {
  public UserFunction {
    theta = List.copyOf(theta);
  }

  /**
   * Computes {@code g(x; theta)} {@code [rows, out]} from x {@code [rows, in]}, without in-place
   * operations.
   */
  @FunctionalInterface
  public interface Forward {
    Tensor apply(Tensor x, List<Tensor> theta);
  }

  /** Sizes of a parameter for an edge from {@code in} to {@code out} features. */
  @FunctionalInterface
  public interface Sizes {
    long[] of(long in, long out);
  }

  /**
   * One parameter.
   *
   * @param name short name, unique in the function
   * @param sizes its shape
   * @param init how it starts
   */
  public record Theta(String name, Sizes sizes, Initializer init) {}

  @Override
  public Op op() {
    return new UserControl(this);
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> fullName, long in, long out) {
    return theta.stream()
        .map(t -> Parameter.control(fullName.apply(t.name()), t.init(), t.sizes().of(in, out)))
        .toList();
  }
}
