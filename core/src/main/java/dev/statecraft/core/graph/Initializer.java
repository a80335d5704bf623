package dev.statecraft.core.graph;

import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.OptionalLong;

/**
 * How a parameter starts.
 *
 * @param kind the distribution
 * @param scale standard deviation, or bound, or constant value, or the factor of B A
 * @param source for kinds computed from another parameter, that parameter's name; else empty. For
 *     those of a {@link FactorPair} the weight that the pair is an update of
 * @param seed of the numbers, where they are to be the same in every run; else the run's is taken
 * @param rows of the source, where the values are some of its rows
 */
public record Initializer(
    Kind kind, double scale, String source, OptionalLong seed, List<Integer> rows) {
  public static final Initializer ZEROS = new Initializer(Kind.CONSTANT, 0, "");
  public static final Initializer ONES = new Initializer(Kind.CONSTANT, 1, "");

  /**
   * PyTorch's default for linear layers, {@code kaiming_uniform_(a = sqrt 5)}: uniform in
   * ±1/sqrt(fan_in).
   */
  public static final Initializer KAIMING = new Initializer(Kind.KAIMING_UNIFORM, 0, "");

  /** Orthonormal rows of random directions; there are at most as many as columns. */
  public static final Initializer ORTHONORMAL = new Initializer(Kind.ORTHONORMAL, 0, "");

  /** The distributions. */
  public enum Kind {
    CONSTANT,
    NORMAL,
    UNIFORM,
    KAIMING_UNIFORM,
    /** Euclidean norm of each row of the source: DoRA's magnitude at the start. */
    ROW_NORM,
    /** Squared norm of each row of the source. */
    ROW_SQUARES,
    /** Orthonormal rows, of random directions. */
    ORTHONORMAL,
    /** The source's very values. */
    COPY,
    /** The values of some of the source's rows. */
    ROWS,
    /** Of a {@link FactorPair}: the source's largest singular values, taken off the source. */
    PRINCIPAL,
    /** Of a {@link FactorPair}: the first part of the source's QR, taken off the source. */
    TRIANGULAR,
    /** Of a {@link FactorPair}: random, with a product of zero. */
    ORTHOGONAL;

    /** Whether it is that of a {@link FactorPair}, whose two parameters start together. */
    public boolean isPaired() {
      return this == ORTHOGONAL || takesFromSource();
    }

    /** Whether the source is held less what the pair starts at. */
    public boolean takesFromSource() {
      return this == PRINCIPAL || this == TRIANGULAR;
    }
  }

  public Initializer {
    rows = List.copyOf(rows);
  }

  /** One whose numbers depend on the run's seed. */
  public Initializer(Kind kind, double scale, String source) {
    this(kind, scale, source, OptionalLong.empty(), List.of());
  }

  /** The same with a seed of its own. */
  public Initializer withSeed(long own) {
    return new Initializer(kind, scale, source, OptionalLong.of(own), rows);
  }

  /** One number everywhere. */
  public static Initializer constant(double value) {
    return new Initializer(Kind.CONSTANT, value, "");
  }

  /** The row norms of another parameter {@code [out, in]}. */
  public static Initializer rowNorm(String source) {
    return new Initializer(Kind.ROW_NORM, 0, source);
  }

  /** The squared row norms of another parameter {@code [out, in]}. */
  public static Initializer rowSquares(String source) {
    return new Initializer(Kind.ROW_SQUARES, 0, source);
  }

  /** The values of another parameter of the same shape. */
  public static Initializer copyOf(String source) {
    return new Initializer(Kind.COPY, 0, source);
  }

  /** Some rows of another parameter {@code [more, in]}, in this order. */
  public static Initializer rowsOf(String source, List<Integer> rows) {
    return new Initializer(Kind.ROWS, 0, source, OptionalLong.empty(), rows);
  }

  /**
   * Of both parameters of a {@link FactorPair}.
   *
   * @param kind a {@linkplain Kind#isPaired paired} one
   * @param weight name of the weight {@code [out, in]} that is updated
   * @param scale factor of B A
   */
  public static Initializer paired(Kind kind, String weight, double scale) {
    return new Initializer(kind, scale, weight);
  }

  /** Whether the values are computed from another parameter's, or with another's. */
  public boolean isDerived() {
    return !source.isEmpty();
  }

  public static Initializer normal(double std) {
    return new Initializer(Kind.NORMAL, std, "");
  }

  /** Uniform in ±bound. */
  public static Initializer uniform(double bound) {
    return new Initializer(Kind.UNIFORM, bound, "");
  }

  /** Fills {@code target} (master type) from the source's values, in any type. */
  public void derive(Tensor target, Tensor sourceValues) {
    Torch torch = target.torch();
    try (Scope scope = torch.scope()) {
      switch (kind) {
        case COPY -> target.copyFrom(sourceValues);
        case ROWS -> {
          long[] index = rows.stream().mapToLong(Integer::longValue).toArray();
          target.copyFrom(sourceValues.indexSelect(0, torch.of(index, index.length)));
        }
        case ROW_SQUARES -> target.copyFrom(squares(target, sourceValues));
        case ROW_NORM -> target.copyFrom(squares(target, sourceValues).sqrtInPlace());
        case PRINCIPAL, TRIANGULAR, ORTHOGONAL ->
            throw new IllegalStateException("one of a pair, which starts together");
        case CONSTANT, NORMAL, UNIFORM, KAIMING_UNIFORM, ORTHONORMAL ->
            throw new IllegalStateException("derived from nothing, see fill");
      }
    }
  }

  private static Tensor squares(Tensor target, Tensor source) {
    return source.as(target.dtype()).square().sum(1);
  }

  /**
   * Fills {@code target} (master type) with numbers of its own.
   *
   * @throws IllegalStateException if the values are derived from another parameter, or with one
   */
  public void fill(Tensor target, Generator generator) {
    Torch torch = target.torch();
    long[] shape = target.shape();
    try (Scope scope = torch.scope()) {
      switch (kind) {
        case CONSTANT -> target.fill(scale);
        case ROW_NORM, ROW_SQUARES, COPY, ROWS, PRINCIPAL, TRIANGULAR, ORTHOGONAL ->
            throw new IllegalStateException("derived from '" + source + "', or with another");
        case ORTHONORMAL -> {
          target.copyFrom(torch.normal(generator, target.dtype(), 0, 1, shape));
          OrthonormalRows.make(target);
        }
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
}
