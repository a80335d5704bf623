package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.List;

/** Limits a dataset to a number of examples ({@code maxExamples}). */
public final class Subset {
  private Subset() {}

  /**
   * The first examples, at most this many.
   *
   * @throws InvalidInputException if {@code maxExamples} is not positive
   */
  public static <T> List<T> first(List<T> examples, int maxExamples) {
    requirePositive(maxExamples);
    return List.copyOf(examples.subList(0, Math.min(maxExamples, examples.size())));
  }

  /**
   * At most this many examples, drawn without replacement; they keep the dataset's order.
   *
   * @throws InvalidInputException if {@code maxExamples} is not positive
   */
  public static <T> List<T> random(List<T> examples, int maxExamples, long seed) {
    requirePositive(maxExamples);
    int[] drawn =
        Arrays.stream(Permutation.of(examples.size(), seed)).limit(maxExamples).sorted().toArray();
    return at(examples, drawn);
  }

  static <T> List<T> at(List<T> examples, int[] indices) {
    return Arrays.stream(indices).<T>mapToObj(examples::get).toList();
  }

  private static void requirePositive(int maxExamples) {
    if (maxExamples < 1) {
      throw new InvalidInputException(
          "the maximum number of examples should be positive, found " + maxExamples);
    }
  }
}
