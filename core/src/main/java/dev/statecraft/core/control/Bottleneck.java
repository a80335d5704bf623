package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.Activation;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code g(x) = scale (B f(A x + a) + b)}: the adapter of Houlsby et al. (2019),
 * "Parameter-Efficient Transfer Learning for NLP", figure 2, when u = v.
 *
 * @param rank width of the bottleneck
 * @param scale factor of the whole; 1 in the paper
 * @param activation f
 */
public record Bottleneck(int rank, double scale, Activation.Kind activation)
    implements ControlFunction {
  public Bottleneck {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
  }

  /** One with GELU. */
  public Bottleneck(int rank, double scale) {
    this(rank, scale, Activation.Kind.GELU);
  }

  @Override
  public Op op() {
    return new BottleneckControl(scale, activation);
  }

  @Override
  public Optional<ControlFunction> scaled(double factor) {
    return Optional.of(new Bottleneck(rank, factor * scale, activation));
  }

  @Override
  public Optional<Bottleneck> bottleneck() {
    return Optional.of(this);
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return List.of(
        Parameter.control(name.apply("A.weight"), Initializer.KAIMING, rank, in),
        Parameter.control(name.apply("B.weight"), Initializer.ZEROS, out, rank),
        Parameter.control(
            name.apply("A.bias"), Initializer.uniform(1 / Math.sqrt((double) in)), rank),
        Parameter.control(name.apply("B.bias"), Initializer.ZEROS, out));
  }
}
