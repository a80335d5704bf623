package dev.statecraft.core.graph;

import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/**
 * How a parameter starts.
 *
 * @param kind the distribution
 * @param scale standard deviation, or bound, or constant value
 */
public record Initializer(Kind kind, double scale) {
  public static final Initializer ZEROS = new Initializer(Kind.CONSTANT, 0);
  public static final Initializer ONES = new Initializer(Kind.CONSTANT, 1);

  /**
   * PyTorch's default for linear layers, {@code kaiming_uniform_(a = sqrt 5)}: uniform in
   * ±1/sqrt(fan_in).
   */
  public static final Initializer KAIMING = new Initializer(Kind.KAIMING_UNIFORM, 0);

  /** The distributions. */
  public enum Kind {
    CONSTANT,
    NORMAL,
    UNIFORM,
    KAIMING_UNIFORM,
    /** DoRA's magnitude: the row norms of the tuned weight at the start; see {@code DoraLinear}. */
    ROW_NORM
  }

  public static Initializer normal(double std) {
    return new Initializer(Kind.NORMAL, std);
  }

  /** Uniform in ±bound. */
  public static Initializer uniform(double bound) {
    return new Initializer(Kind.UNIFORM, bound);
  }

  /** Fills {@code target} (master type); {@link Kind#ROW_NORM} is filled by the weights' store. */
  public void fill(Tensor target, Generator generator) {
    Torch torch = target.torch();
    long[] shape = target.shape();
    switch (kind) {
      case CONSTANT, ROW_NORM -> target.fill(scale);
      case NORMAL -> target.copyFrom(torch.normal(generator, target.dtype(), 0, scale, shape));
      case UNIFORM ->
          target.copyFrom(torch.uniform(generator, target.dtype(), -scale, scale, shape));
      case KAIMING_UNIFORM -> {
        double bound = 1 / Math.sqrt((double) shape[shape.length - 1]);
        target.copyFrom(torch.uniform(generator, target.dtype(), -bound, bound, shape));
      }
    }
  }
}
