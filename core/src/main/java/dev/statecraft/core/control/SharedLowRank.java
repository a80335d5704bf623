package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code g(x) = b * (B (d * (A dropout(x))))}, the update of VeRA (Kopiczko et al. 2024, "VeRA:
 * Vector-based Random Matrix Adaptation"): A and B are random and frozen, the vectors d and b are
 * trained. Edges of one width share A or B.
 *
 * @param rank r: rows of A
 * @param initial what every d starts at; every b starts at 0
 * @param dropout probability with which an element of x is dropped in training
 * @param seed of A and B, which do not depend on the run's
 */
public record SharedLowRank(int rank, double initial, double dropout, long seed)
    implements ControlFunction {
  /** What every d starts at in the paper. */
  public static final double USUAL_INITIAL = 0.1;

  public SharedLowRank {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new UsageException(
          "dropout: expected a probability from 0 up to but not 1, found " + dropout);
    }
    if (!Double.isFinite(initial) || initial == 0) {
      throw new UsageException(
          "d_initial: expected a number other than 0, with which nothing is learned, found "
              + initial);
    }
  }

  @Override
  public Op op() {
    return new SharedLowRankControl(dropout);
  }

  /** The last two are those of every such edge of these widths, rank and seed. */
  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    String key = rank + ".seed" + seed + ".";
    return List.of(
        d(name.apply("lambda_d")),
        b(name.apply("lambda_b"), out),
        sharedA("shared_A.rank" + key + in, in),
        sharedB("shared_B.rank" + key + out, out));
  }

  Parameter d(String name) {
    return Parameter.control(name, Initializer.constant(initial), rank);
  }

  static Parameter b(String name, long out) {
    return Parameter.control(name, Initializer.ZEROS, out);
  }

  /** A, as PEFT starts it: {@code kaiming_uniform_} of PyTorch. */
  Parameter sharedA(String name, long in) {
    return shared(name, rank, in);
  }

  /** B, likewise. */
  Parameter sharedB(String name, long out) {
    return shared(name, out, rank);
  }

  private Parameter shared(String name, long rows, long columns) {
    Initializer init = Initializer.uniform(Math.sqrt(6.0 / columns)).withSeed(seed);
    return Parameter.shared(name, init, rows, columns);
  }
}
