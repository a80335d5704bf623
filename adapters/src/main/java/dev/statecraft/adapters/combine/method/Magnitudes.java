package dev.statecraft.adapters.combine.method;

/**
 * The largest of many numbers by magnitude, without sorting or copying them: the bits of numbers
 * that are not negative are in their order, so a digit of 16 bits is found at a time by counting.
 */
final class Magnitudes {
  private static final int DIGIT = 16;

  private Magnitudes() {}

  /** How many numbers a share of them is, halves rounded to the even number. */
  static int count(double share, int of) {
    return (int) Math.rint(share * of);
  }

  /** The k-th largest magnitude, {@code 1 <= k <= values.length}. */
  static double largest(double[] values, int k) {
    long found = 0;
    long known = 0; // Bits of it that are found.
    int left = k;
    for (int shift = Long.SIZE - DIGIT; shift >= 0; shift -= DIGIT) {
      int[] counts = new int[1 << DIGIT];
      for (double value : values) {
        long bits = Double.doubleToRawLongBits(Math.abs(value));
        if ((bits & known) == found) {
          counts[(int) (bits >>> shift) & (counts.length - 1)]++;
        }
      }
      int digit = counts.length - 1;
      while (counts[digit] < left) {
        left -= counts[digit];
        digit--;
      }
      found |= (long) digit << shift;
      known |= (counts.length - 1L) << shift;
    }
    return Double.longBitsToDouble(found);
  }

  /** The sum of the k largest magnitudes; of all, where there are not so many. */
  static double sumOfLargest(double[] values, long k) {
    if (k >= values.length) {
      return sum(values);
    }
    double threshold = largest(values, (int) k);
    double sum = 0;
    long above = 0;
    for (double value : values) {
      double magnitude = Math.abs(value);
      if (magnitude > threshold) {
        sum += magnitude;
        above++;
      }
    }
    return sum + (k - above) * threshold;
  }

  /** The sum of all magnitudes. */
  static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += Math.abs(value);
    }
    return sum;
  }
}
