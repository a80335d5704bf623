package dev.statecraft.core.op;

import dev.statecraft.core.graph.Layout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Decides which neighbouring sequences attention works on together. Every batch costs a number of
 * calls, and padding costs products that nobody needs: what costs least is found by dynamic
 * programming over the batches' ends. Costs are counted in scores (a query with a key, in one
 * head).
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

  /** Sequences of one length. */
  private record Run(int first, int count, int length) {}

  List<SequenceBatch> of(Layout layout) {
    List<Run> runs = runs(layout);
    // cheapest[i]: cost of the first i runs; start[i]: where the last batch of them begins.
    long[] cheapest = new long[runs.size() + 1];
    int[] start = new int[runs.size() + 1];
    Arrays.fill(cheapest, 1, cheapest.length, Long.MAX_VALUE);
    for (int end = 1; end <= runs.size(); end++) {
      long sequences = 0;
      long longest = 0;
      int earliest = padding ? Math.max(0, end - MOST_RUNS) : end - 1;
      for (int first = end - 1; first >= earliest; first--) {
        sequences += runs.get(first).count();
        longest = Math.max(longest, runs.get(first).length());
        boolean ragged = first < end - 1;
        long scores = heads * sequences * longest * longest;
        if (ragged && scores > limit) {
          break;
        }
        long cost = CALLS + scores + (ragged ? CALLS + heads * sequences * longest * COPYING : 0);
        if (cheapest[first] + cost < cheapest[end]) {
          cheapest[end] = cheapest[first] + cost;
          start[end] = first;
        }
      }
    }
    Deque<SequenceBatch> batches = new ArrayDeque<>();
    for (int end = runs.size(); end > 0; end = start[end]) {
      batches.addFirst(batch(layout, runs.subList(start[end], end)));
    }
    return List.copyOf(batches);
  }

  private List<Run> runs(Layout layout) {
    List<Run> runs = new ArrayList<>();
    int first = 0;
    while (first < layout.sequences()) {
      int length = layout.length(first);
      long most = Math.max(1, limit / (heads * length * length));
      int end = first + 1;
      while (end < layout.sequences() && layout.length(end) == length && end - first < most) {
        end++;
      }
      runs.add(new Run(first, end - first, length));
      first = end;
    }
    return runs;
  }

  private static SequenceBatch batch(Layout layout, List<Run> runs) {
    List<Integer> lengths = new ArrayList<>();
    for (Run run : runs) {
      for (int i = 0; i < run.count(); i++) {
        lengths.add(run.length());
      }
    }
    return new SequenceBatch(layout.offset(runs.get(0).first()), lengths);
  }
}
