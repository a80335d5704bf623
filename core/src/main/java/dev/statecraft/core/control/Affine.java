package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code g(x) = scale sum over i of sigmoid(G_i x + g0_i) B_i A_i x}: several low-rank controls,
 * each let through by a gate of its own. With {@code u_i = A_i x} it is the control-affine form
 * {@code sum g_i(x) u_i}.
 *
 * <p>A holds the rows of all A_i one below the other, B their columns side by side. The gates start
 * at 1/2.
 *
 * @param rank rows of each A_i
 * @param scale factor of the whole
 * @param terms how many
 * @param init how A starts; B starts at zero
 */
public record Affine(int rank, double scale, int terms, Initializer init)
    implements ControlFunction {
  public Affine {
    checkCounts(rank, "terms", terms);
  }

  /**
   * Checks the numbers of a function with gates.
   *
   * @param key what the number of gates is called
   */
  static void checkCounts(int rank, String key, int count) {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
    if (count < 1) {
      throw new UsageException(key + ": expected 1 or more, found " + count);
    }
  }

  @Override
  public Op op() {
    return new AffineControl(scale, terms);
  }

  @Override
  public Optional<ControlFunction> scaled(double factor) {
    return Optional.of(new Affine(rank, factor * scale, terms, init));
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return gated(name, init, (long) rank * terms, terms, in, out);
  }

  /** The parameters A, B, G and g0 of an edge of this rank with so many gates. */
  static List<Parameter> gated(
      UnaryOperator<String> name, Initializer init, long rank, long gates, long in, long out) {
    return List.of(
        Parameter.control(name.apply("A.weight"), init, rank, in),
        Parameter.control(name.apply("B.weight"), Initializer.ZEROS, out, rank),
        Parameter.control(name.apply("G.weight"), Initializer.ZEROS, gates, in),
        Parameter.control(name.apply("G.bias"), Initializer.ZEROS, gates));
  }
}
