package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code g(x) = scale B A means(dropout(x))}, the update of QA-LoRA (Xu et al. 2023, "QA-LoRA:
 * Quantization-Aware Low-Rank Adaptation of Large Language Models", section 3.3): A reads the mean
 * of each group of neighbouring inputs, so that the update adds one number to all weights of a row
 * and group.
 *
 * @param rank r: rows of A
 * @param scale factor of the whole
 * @param group inputs of a group; the last may have fewer
 * @param dropout probability with which an element of x is dropped in training
 */
public record PooledLowRank(int rank, double scale, int group, double dropout)
    implements ControlFunction {
  public PooledLowRank {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
    if (group < 1) {
      throw new UsageException("group: expected 1 or more, found " + group);
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
    return new PooledLowRankControl(scale, group, dropout);
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    long groups = new InputGroups(in, group).count();
    return List.of(
        Parameter.control(name.apply("A.weight"), Initializer.KAIMING, rank, groups),
        Parameter.control(name.apply("B.weight"), Initializer.ZEROS, out, rank));
  }
}
