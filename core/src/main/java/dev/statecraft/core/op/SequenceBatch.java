package dev.statecraft.core.op;

import dev.statecraft.core.graph.Layout;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive sequences of one length, worked on together.
 *
 * @param offset first token
 * @param sequences how many
 * @param length tokens of each
 */
record SequenceBatch(int offset, int sequences, int length) {
  int tokens() {
    return sequences * length;
  }

  /** This batch's rows of a tensor {@code [tokens, features]}; a view. */
  Tensor rows(Tensor all) {
    return all.narrow(0, offset, tokens());
  }

  /**
   * Splits a layout into batches of {@code heads * length * length} probabilities for each
   * sequence, no more than {@code limit} together unless one sequence alone has more.
   */
  static List<SequenceBatch> of(Layout layout, long heads, long limit) {
    List<SequenceBatch> batches = new ArrayList<>();
    int start = 0;
    while (start < layout.sequences()) {
      int length = layout.length(start);
      long most = Math.max(1, limit / (heads * length * length));
      int end = start + 1;
      while (end < layout.sequences() && layout.length(end) == length && end - start < most) {
        end++;
      }
      batches.add(new SequenceBatch(layout.offset(start), end - start, length));
      start = end;
    }
    return batches;
  }
}
