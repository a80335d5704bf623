package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Control that lets the rows (patches, tokens) of an image or text exchange what they were given:
 * {@code g(x) = scale (c + softmax_rows(c c') c)}, {@code c = B (A x + a) + b}, over the rows of
 * one sequence; where the model is causal, a row sees itself and earlier ones only. Source:
 * "Parameter-Efficient Fine-Tuning with Controls" (ICML 2024).
 *
 * @param rank r: rows of A
 * @param scale factor of the whole; 1 in the paper
 * @param init how A starts; B, a and b start at zero, so that g is zero
 */
public record Patch(int rank, double scale, Initializer init) implements ControlFunction {
  /** The rank that the paper uses. */
  public static final int USUAL_RANK = 64;

  public Patch {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
    if (!Double.isFinite(scale)) {
      throw new UsageException("alpha: expected a finite number, found " + scale);
    }
  }

  @Override
  public Op op() {
    return op(new EdgePlace("", false));
  }

  @Override
  public Op op(EdgePlace place) {
    return new PatchControl(scale, place.name() + ".patch", place.causal());
  }

  @Override
  public Optional<ControlFunction> scaled(double factor) {
    return Optional.of(new Patch(rank, factor * scale, init));
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return List.of(
        Parameter.control(name.apply("A.weight"), init, rank, in),
        Parameter.control(name.apply("B.weight"), Initializer.ZEROS, out, rank),
        Parameter.control(name.apply("A.bias"), Initializer.ZEROS, rank),
        Parameter.control(name.apply("B.bias"), Initializer.ZEROS, out));
  }
}
