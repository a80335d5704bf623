package dev.statecraft.tensor;

/** Arithmetic on shapes and layouts. */
final class Shapes {
  private Shapes() {}

  static long elements(long[] shape) {
    long count = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("shape: expected sizes of 0 or more, found " + size);
      }
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /**
   * Length of the longest of sequences that lie end to end.
   *
   * @param offsets first token of each, then the number of tokens
   */
  static int longest(int[] offsets) {
    int longest = 0;
    for (int i = 1; i < offsets.length; i++) {
      longest = Math.max(longest, offsets[i] - offsets[i - 1]);
    }
    return longest;
  }
}
