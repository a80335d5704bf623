package dev.statecraft.core.control;

import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;

/**
 * Inverted dropout whose mask is a function of the edge's seed, so that forward, recomputation and
 * backward see the same one and none is stored.
 */
final class Dropout {
  private final double p;
  private final boolean active;

  Dropout(double p, EdgeContext context) {
    this.p = p;
    active = p > 0 && context.training();
  }

  /** {@code x * mask / (1 - p)}; x itself if nothing is dropped. */
  Tensor apply(Tensor x, EdgeContext context) {
    return active ? mask(x, context).mulInPlace(x) : x;
  }

  /** Makes a gradient with respect to the dropped x one with respect to x, in place. */
  Tensor backward(Tensor gradient, EdgeContext context) {
    return active ? gradient.mulInPlace(mask(gradient, context)) : gradient;
  }

  boolean isActive() {
    return active;
  }

  private Tensor mask(Tensor like, EdgeContext context) {
    try (Generator generator = like.torch().generator(context.seed())) {
      return like.torch()
          .empty(like.dtype(), like.shape())
          .fillBernoulli(generator, 1 - p)
          .mulInPlace(1 / (1 - p));
    }
  }
}
