package dev.statecraft.core.op;

import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;

/**
 * Inverted dropout whose mask is a function of the edge's seed, so that forward, recomputation and
 * backward see the same one and none is stored: {@code y = x * m / (1 - p)} with m 0 (probability
 * p) or 1. It does nothing where nothing is trained. Source: Srivastava et al., "Dropout" (2014).
 */
public final class DropoutMask {
  private final double p;
  private final boolean active;
  private final long seed;

  /** The mask of an edge that drops with probability p. */
  public DropoutMask(double p, EdgeContext context) {
    this(p, p > 0 && context.training(), context.seed());
  }

  private DropoutMask(double p, boolean active, long seed) {
    this.p = p;
    this.active = active;
    this.seed = seed;
  }

  /**
   * Checks a probability.
   *
   * @throws GraphException if it is none from 0 up to but not 1
   */
  static void check(double p) {
    if (!(p >= 0 && p < 1)) {
      throw new GraphException(
          "dropout: expected a probability from 0 up to but not 1, found " + p);
    }
  }

  /** An independent mask for one of several tensors of the edge. */
  DropoutMask part(int index) {
    return new DropoutMask(p, active, Generator.mix(seed, index));
  }

  /** {@code x * m / (1 - p)}; x itself if nothing is dropped. */
  public Tensor apply(Tensor x) {
    return active ? of(x).mulInPlace(x) : x;
  }

  /**
   * The same in place: of x, or of a gradient with respect to the dropped x, which becomes one with
   * respect to x.
   */
  public Tensor applyInPlace(Tensor x) {
    return active ? x.mulInPlace(of(x)) : x;
  }

  /** Whether anything is dropped. */
  public boolean isActive() {
    return active;
  }

  /** {@code m / (1 - p)} in the shape and type of a tensor. */
  Tensor of(Tensor like) {
    try (Generator generator = like.torch().generator(seed)) {
      return like.torch()
          .empty(like.dtype(), like.shape())
          .fillBernoulli(generator, 1 - p)
          .mulInPlace(1 / (1 - p));
    }
  }
}
