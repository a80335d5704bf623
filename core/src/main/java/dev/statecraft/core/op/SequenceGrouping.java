package dev.statecraft.core.op;

import dev.statecraft.core.graph.Layout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Decides which neighbouring sequences attention works on together, by how many queries and keys
 * each has. Every batch costs a number of calls, and padding costs products that nobody needs: what
 * costs least is found by dynamic programming over the batches' ends. Costs are counted in scores
 * (a query with a key, in one head).
 *
 * @param heads query heads
 * @param limit the most scores of a batch, unless one sequence alone has more
 * @param padding whether sequences of different lengths may be worked on together
 */
record SequenceGrouping(long heads, long limit, boolean padding) {
  /**
   * Scores that take as long as the calls of one batch (measured: about 200 microseconds forward
   * and back).
   */
  private static final long CALLS = 65_536;

  /** Gathering and scattering padded rows takes as long as this many further keys for each. */
  private static final long COPYING = 8;

  /** Runs of equal length that may come together; bounds the search, not the result's size. */
  private static final int MOST_RUNS = 64;

  /** Sequences that have as many queries, and as many keys. */
  private record Run(int first, int count, int queries, int keys) {}

  /**
   * The batches, in the order of the sequences.
   *
   * @param queries how the sequences lie along the axis of the queries
   * @param keys how the same sequences lie along that of the keys
   */
  List<AttentionBatch> of(Layout queries, Layout keys) {
    List<Run> runs = runs(queries, keys);
    // cheapest[i]: cost of the first i runs; start[i]: where the last batch of them begins.
    long[] cheapest = new long[runs.size() + 1];
    int[] start = new int[runs.size() + 1];
    Arrays.fill(cheapest, 1, cheapest.length, Long.MAX_VALUE);
    for (int end = 1; end <= runs.size(); end++) {
      long sequences = 0;
      long mostQueries = 0;
      long mostKeys = 0;
      int earliest = padding ? Math.max(0, end - MOST_RUNS) : end - 1;
      for (int first = end - 1; first >= earliest; first--) {
        sequences += runs.get(first).count();
        mostQueries = Math.max(mostQueries, runs.get(first).queries());
        mostKeys = Math.max(mostKeys, runs.get(first).keys());
        boolean ragged = first < end - 1;
        long scores = heads * sequences * mostQueries * mostKeys;
        if (ragged && scores > limit) {
          break;
        }
        long copies = heads * sequences * (mostQueries + mostKeys) * COPYING / 2;
        long cost = CALLS + scores + (ragged ? CALLS + copies : 0);
        if (cheapest[first] + cost < cheapest[end]) {
          cheapest[end] = cheapest[first] + cost;
          start[end] = first;
        }
      }
    }
    Deque<AttentionBatch> batches = new ArrayDeque<>();
    boolean self = queries.equals(keys);
    for (int end = runs.size(); end > 0; end = start[end]) {
      List<Run> together = runs.subList(start[end], end);
      SequenceBatch rows = batch(queries, together);
      batches.addFirst(
          self ? AttentionBatch.self(rows) : new AttentionBatch(rows, batch(keys, together)));
    }
    return List.copyOf(batches);
  }

  private List<Run> runs(Layout queries, Layout keys) {
    List<Run> runs = new ArrayList<>();
    int first = 0;
    while (first < queries.sequences()) {
      int n = queries.length(first);
      int m = keys.length(first);
      long most = Math.max(1, limit / (heads * n * m));
      int end = first + 1;
      while (end < queries.sequences()
          && queries.length(end) == n
          && keys.length(end) == m
          && end - first < most) {
        end++;
      }
      runs.add(new Run(first, end - first, n, m));
      first = end;
    }
    return runs;
  }

  private static SequenceBatch batch(Layout layout, List<Run> runs) {
    int first = runs.get(0).first();
    Run last = runs.get(runs.size() - 1);
    List<Integer> lengths = new ArrayList<>();
    for (int i = first; i < last.first() + last.count(); i++) {
      lengths.add(layout.length(i));
    }
    return new SequenceBatch(layout.offset(first), lengths);
  }
}
