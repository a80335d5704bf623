package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A dataset divided into two disjoint parts, each in the dataset's order.
 *
 * @param train the examples to learn from
 * @param heldOut the examples to evaluate on
 */
public record DatasetSplit<T>(List<T> train, List<T> heldOut) {

  /** Copies the lists. */
  public DatasetSplit {
    train = List.copyOf(train);
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Holds out {@code round(fraction * n)} of n examples, those that come first in {@link
   * Permutation#of} of the indices.
   *
   * @param fraction the part to hold out, between 0 and 1
   * @throws InvalidInputException if the fraction is not between 0 and 1, or leaves a part empty
   */
  public static <T> DatasetSplit<T> random(List<T> examples, double fraction, long seed) {
    BitSet held = heldOut(examples.size(), fraction, seed);
    return new DatasetSplit<>(
        Subset.at(
            examples, IntStream.range(0, examples.size()).filter(i -> !held.get(i)).toArray()),
        Subset.at(examples, held.stream().toArray()));
  }

  /**
   * Which of n examples {@link #random} holds out, for examples that are not in memory.
   *
   * @throws InvalidInputException if the fraction is not between 0 and 1, or leaves a part empty
   */
  static BitSet heldOut(int n, double fraction, long seed) {
    BitSet held = new BitSet(n);
    Arrays.stream(Permutation.of(n, seed)).limit(total(n, fraction)).forEach(held::set);
    return held;
  }

  /**
   * Holds out {@code round(fraction * n)} of n examples so that every class, such as all examples
   * of a label, has its share in both parts.
   *
   * <p>Each class gives {@code floor(fraction * size)} of its examples, those that come first in
   * the {@link Permutation#of} all indices; what is missing is taken one each from the classes with
   * the largest remainders; of equal ones, the class that comes first in that permutation goes
   * first.
   *
   * @param classOf an example's class
   * @param fraction the part to hold out, between 0 and 1
   * @throws InvalidInputException if the fraction is not between 0 and 1, or leaves a part empty
   */
  public static <T> DatasetSplit<T> stratified(
      List<T> examples, Function<? super T, ?> classOf, double fraction, long seed) {
    int n = examples.size();
    int total = total(n, fraction);
    boolean[] held = new boolean[n];
    for (ClassShare share : shares(examples, classOf, fraction, total, seed)) {
      share.indices.subList(0, share.count).forEach(index -> held[index] = true);
    }
    return new DatasetSplit<>(
        Subset.at(examples, IntStream.range(0, n).filter(i -> !held[i]).toArray()),
        Subset.at(examples, IntStream.range(0, n).filter(i -> held[i]).toArray()));
  }

  private static int total(int n, double fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new InvalidInputException(
          "the fraction to hold out should be between 0 and 1, found " + fraction);
    }
    int total = Math.toIntExact(Math.round(fraction * n));
    if (total == 0 || total == n) {
      throw new InvalidInputException(
          "holding out the fraction " + fraction + " of " + n + " examples leaves a part empty");
    }
    return total;
  }

  private static <T> Collection<ClassShare> shares(
      List<T> examples, Function<? super T, ?> classOf, double fraction, int total, long seed) {
    Map<Object, ClassShare> shares = new LinkedHashMap<>();
    for (int index : Permutation.of(examples.size(), seed)) {
      shares
          .computeIfAbsent(classOf.apply(examples.get(index)), key -> new ClassShare())
          .indices
          .add(index);
    }
    int missing = total;
    for (ClassShare share : shares.values()) {
      double exact = fraction * share.indices.size();
      share.count = (int) exact;
      share.remainder = exact - share.count;
      missing -= share.count;
    }
    shares.values().stream()
        .sorted(Comparator.comparingDouble((ClassShare share) -> -share.remainder))
        .limit(missing)
        .forEach(share -> share.count++);
    return shares.values();
  }

  /** The indices of one class in permuted order, of which the first {@code count} are held out. */
  private static final class ClassShare {
    private final List<Integer> indices = new ArrayList<>();
    private int count;
    private double remainder;
  }
}
