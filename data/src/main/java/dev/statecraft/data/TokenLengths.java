package dev.statecraft.data;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How many tokens examples have, before those that are too long are shortened.
 *
 * @param median half of the examples have no more
 * @param p95 95 of 100 examples have no more
 * @param longest the most
 * @param maxLength what examples are shortened to
 * @param truncated how many were
 */
public record TokenLengths(int median, int p95, int longest, int maxLength, int truncated) {
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** Counts examples as they come. */
  public static final class Counter implements IntConsumer {
    private final int maxLength;
    private int[] lengths = new int[64];
    private int count;

    /** Nothing yet, of examples that are shortened to {@code maxLength}. */
    public Counter(int maxLength) {
      this.maxLength = maxLength;
    }

    @Override
    public void accept(int length) {
      if (count == lengths.length) {
        lengths = Arrays.copyOf(lengths, Math.toIntExact(Math.min(2L * count, MAX_ARRAY)));
      }
      lengths[count++] = length;
    }

    /** Of all that came; zeros of none. */
    public TokenLengths lengths() {
      int[] sorted = Arrays.copyOf(lengths, count);
      Arrays.sort(sorted);
      int truncated = (int) Arrays.stream(sorted).filter(length -> length > maxLength).count();
      return new TokenLengths(
          rank(sorted, 50), rank(sorted, 95), rank(sorted, 100), maxLength, truncated);
    }

    /** The smallest that so many of 100 do not exceed. */
    private static int rank(int[] sorted, int percent) {
      return sorted.length == 0
          ? 0
          : sorted[(int) ((sorted.length * (long) percent + 99) / 100) - 1];
    }
  }
}
