package dev.statecraft.tensor;

/** Arithmetic on shapes. */
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
}
