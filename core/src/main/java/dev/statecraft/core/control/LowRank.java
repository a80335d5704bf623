package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code g(x) = scale (B (A dropout(x) + a) + b)}: the paper's control (scale = alpha) and LoRA's
 * update (scale = alpha / rank).
 *
 * @param rank r: rows of A
 * @param scale factor of the whole
 * @param bias whether a and b are there (ViT's control has them)
 * @param dropout probability with which an element of x is dropped in training
 * @param init how A starts; B, a and b start so that g is zero
 */
public record LowRank(int rank, double scale, boolean bias, double dropout, Initializer init)
    implements ControlFunction {
  public LowRank {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new UsageException(
          "dropout: expected a probability from 0 up to but not 1, found " + dropout);
    }
    if (!Double.isFinite(scale)) {
      throw new UsageException("alpha: expected a finite number, found " + scale);
    }
  }

  @Override
  public Op op() {
    return new LowRankControl(
        scale, bias ? LowRankControl.Biases.BOTH : LowRankControl.Biases.NONE, dropout);
  }

  @Override
  public Optional<ControlFunction> scaled(double factor) {
    return Optional.of(new LowRank(rank, factor * scale, bias, dropout, init));
  }

  @Override
  public Optional<LowRank> lowRank() {
    return Optional.of(this);
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    List<Parameter> theta = new ArrayList<>();
    theta.add(Parameter.control(name.apply("A.weight"), init, rank, in));
    theta.add(Parameter.control(name.apply("B.weight"), Initializer.ZEROS, out, rank));
    if (bias) {
      // As the reference implementation starts them, not as torch.nn.Linear starts a bias.
      theta.add(Parameter.control(name.apply("A.bias"), Initializer.ZEROS, rank));
      theta.add(Parameter.control(name.apply("B.bias"), Initializer.ZEROS, out));
    }
    return theta;
  }
}
