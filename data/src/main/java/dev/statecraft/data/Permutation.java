package dev.statecraft.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The seeded order that all of this package's randomness goes back to.
 *
 * <p>It is the Fisher-Yates shuffle (Knuth, TAOCP 3.4.2, Algorithm P) of {@code 0 .. n-1} with a
 * {@link SplittableRandom} of the seed: for {@code i} from {@code n - 1} down to 1, swap the
 * elements at {@code i} and at {@code nextInt(i + 1)}. Equal sizes and seeds give equal orders on
 * every run and machine.
 */
final class Permutation {
  private Permutation() {}

  /** The numbers {@code 0 .. n-1} in a seeded order. */
  public static int[] of(int n, long seed) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** The elements of a list in a seeded order. */
  public static <T> List<T> shuffled(List<T> elements, long seed) {
    List<T> shuffled = new ArrayList<>(elements.size());
    for (int index : of(elements.size(), seed)) {
      shuffled.add(elements.get(index));
    }
    return Collections.unmodifiableList(shuffled);
  }
}
