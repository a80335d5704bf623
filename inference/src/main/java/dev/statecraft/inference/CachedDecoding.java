package dev.statecraft.inference;

import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;

/**
 * One sequence that grows: each pass has the new tokens only, the cache has the others. Uses the
 * weights but does not close them.
 */
public final class CachedDecoding implements AutoCloseable {
  private final StatePlan plan;
  private final Weights weights;
  private final GrowingCache cache;
  private int seen;

  /**
   * An empty sequence.
   *
   * @param plan a forward to the logits
   * @param firstRows tokens that the cache has room for at first
   */
  public CachedDecoding(StatePlan plan, Weights weights, int firstRows) {
    this.plan = plan;
    this.weights = weights;
    cache = new GrowingCache(firstRows);
  }

  /**
   * Appends tokens.
   *
   * @param ids one or more new tokens
   * @return the scores {@code [vocabulary]} of what follows the last of them
   */
  public double[] append(int... ids) {
    try (Batch batch = TokenBatches.next(ids, seen).upload(weights.torch(), weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE, cache)) {
      seen += ids.length;
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  /** Goes back to the first tokens; what was seen of a failed pass is forgotten as well. */
  void rewind(int tokens) {
    cache.truncate(tokens);
    seen = tokens;
  }

  @Override
  public void close() {
    cache.close();
  }
}
