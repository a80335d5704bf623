package dev.statecraft.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Splits the examples of an optimizer step into micro-batches. Nothing is random: equal examples in
 * equal order give equal micro-batches.
 */
public final class Packing {
  private Packing() {}

  /**
   * The micro-batches of a step; every example is in one of them, those of one micro-batch in
   * ascending order of length, so that attention finds sequences of like length side by side.
   *
   * <p>A limit of tokens is filled best-fit decreasing: the longest example first, each into the
   * micro-batch with the least room that still takes it (at most 11/9 of the fewest possible
   * micro-batches, and one; Johnson, "Near-optimal bin packing algorithms", 1973). Under other
   * limits neighbours in length come together. An example that alone exceeds the limit is a
   * micro-batch of its own.
   *
   * @param lengths tokens of every example of the dataset
   * @param examples the step's examples
   */
  public static List<MicroBatch> of(int[] lengths, List<Integer> examples, BatchLimit limit) {
    List<Integer> sorted = new ArrayList<>(examples);
    sorted.sort(Comparator.comparingInt(index -> lengths[index]));
    return limit.unit() == BatchLimit.Unit.TOKENS
        ? bestFit(lengths, sorted, limit.max())
        : inOrder(lengths, sorted, limit);
  }

  /** The same examples in ascending order of length. */
  static MicroBatch ascending(int[] lengths, MicroBatch batch) {
    List<Integer> sorted = new ArrayList<>(batch.examples());
    sorted.sort(Comparator.comparingInt(index -> lengths[index]));
    return new MicroBatch(sorted, batch.tokens(), batch.longest());
  }

  private static List<MicroBatch> bestFit(int[] lengths, List<Integer> sorted, int room) {
    List<Bin> bins = new ArrayList<>();
    for (int i = sorted.size() - 1; i >= 0; i--) {
      int length = lengths[sorted.get(i)];
      Bin best = null;
      for (Bin bin : bins) {
        if (bin.tokens + length <= room && (best == null || bin.tokens > best.tokens)) {
          best = bin;
        }
      }
      if (best == null) {
        best = new Bin();
        bins.add(best);
      }
      best.add(sorted.get(i), length);
    }
    return bins.stream().map(Bin::ascending).toList();
  }

  /** Examples that come in descending order of length. */
  private static final class Bin {
    private final List<Integer> examples = new ArrayList<>();
    private long tokens;
    private int longest;

    void add(int example, int length) {
      examples.add(example);
      tokens += length;
      longest = Math.max(longest, length);
    }

    MicroBatch ascending() {
      Collections.reverse(examples);
      return new MicroBatch(examples, tokens, longest);
    }
  }

  /** Fills each micro-batch as far as the limit allows, one after the other. */
  static List<MicroBatch> inOrder(int[] lengths, List<Integer> order, BatchLimit limit) {
    List<MicroBatch> batches = new ArrayList<>();
    List<Integer> examples = new ArrayList<>();
    long tokens = 0;
    int longest = 0;
    for (int index : order) {
      int length = lengths[index];
      if (!limit.allows(examples.size() + 1, tokens + length, Math.max(longest, length))) {
        batches.add(new MicroBatch(examples, tokens, longest));
        examples.clear();
        tokens = 0;
        longest = 0;
      }
      examples.add(index);
      tokens += length;
      longest = Math.max(longest, length);
    }
    batches.add(new MicroBatch(examples, tokens, longest));
    return Collections.unmodifiableList(batches);
  }
}
