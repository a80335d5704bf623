package dev.statecraft.inference;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import java.util.Arrays;
import java.util.List;

/**
 * One sequence that grows: each pass has the new tokens only, the cache has the others. Where an op
 * treats longer texts in another way, as ropes of long contexts do, a pass that crosses the border
 * sees the whole text again, so that scores are always those of the text in one piece.
 *
 * <p>Uses the weights but does not close them.
 */
public final class CachedDecoding implements AutoCloseable {
  private final StatePlan plan;
  private final Weights weights;
  private final GrowingCache cache;
  private final List<Op> byLength;
  private int[] text = new int[0];

  /** Tokens that were seen first, and what ops treat the cached ones as. */
  private int prompt;

  private List<Integer> regimes = List.of();

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
    byLength =
        plan.graph().edges().stream().map(Edge::op).filter(Op::dependsOnLength).distinct().toList();
  }

  /**
   * Appends tokens.
   *
   * @param ids one or more new tokens
   * @return the scores {@code [vocabulary]} of what follows the last of them
   */
  public double[] append(int... ids) {
    int seen = text.length;
    int[] longer = Arrays.copyOf(text, seen + ids.length);
    System.arraycopy(ids, 0, longer, seen, ids.length);
    List<Integer> next = regimes(longer.length);
    HostBatch host;
    if (seen == 0) {
      host = TokenBatches.next(ids, 0);
      prompt = ids.length;
    } else if (next.equals(regimes)) {
      host = TokenBatches.next(ids, seen);
    } else {
      cache.truncate(0);
      host = TokenBatches.whole(longer, prompt);
    }
    regimes = next;
    try (Batch batch = host.upload(weights.torch(), weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE, cache)) {
      text = longer;
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  /** How each op to which it matters treats a text of so many tokens. */
  private List<Integer> regimes(int tokens) {
    return byLength.stream().map(op -> op.regime(tokens)).toList();
  }

  /**
   * Goes back to the first tokens; what was seen of a failed pass is forgotten as well.
   *
   * @return how many tokens are kept: so many, or none where rows that were dropped behind a window
   *     would be seen again
   */
  int rewind(int tokens) {
    int kept = cache.truncate(tokens);
    text = Arrays.copyOf(text, kept);
    prompt = Math.min(prompt, kept);
    return kept;
  }

  /** Bytes of the cache, room for later tokens included. */
  public long bytes() {
    return cache.bytes();
  }

  @Override
  public void close() {
    cache.close();
  }
}
