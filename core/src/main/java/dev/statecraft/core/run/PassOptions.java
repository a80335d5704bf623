package dev.statecraft.core.run;

import java.util.Optional;

/**
 * What a pass needs to know besides plan, weights and batch.
 *
 * @param lossScale factor of every example's loss: 1 / labels of the whole optimizer step
 * @param seed of this pass's dropout; differs from micro-batch to micro-batch
 * @param training whether dropout is on
 * @param profile measures the pass, if there is one
 */
public record PassOptions(
    double lossScale, long seed, boolean training, Optional<Profile> profile) {
  /** A pass that is not measured. */
  public PassOptions(double lossScale, long seed, boolean training) {
    this(lossScale, seed, training, Optional.empty());
  }

  /** For inference: no dropout; losses are sums. */
  public static final PassOptions INFERENCE = new PassOptions(1, 0, false);
}
