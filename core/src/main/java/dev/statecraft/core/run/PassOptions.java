package dev.statecraft.core.run;

/**
 * What a pass needs to know besides plan, weights and batch.
 *
 * @param lossScale factor of every example's loss: 1 / labels of the whole optimizer step
 * @param seed of this pass's dropout; differs from micro-batch to micro-batch
 * @param training whether dropout is on
 */
public record PassOptions(double lossScale, long seed, boolean training) {
  /** For inference: no dropout; losses are sums. */
  public static final PassOptions INFERENCE = new PassOptions(1, 0, false);
}
