package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DatasetSplitTest {
  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @Test
  void permutationsAreSeededAndComplete() {
    int[] order = Permutation.of(100, 7);
    assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    assertThat(order).isEqualTo(Permutation.of(100, 7)).isNotEqualTo(Permutation.of(100, 8));
    assertThat(order).isNotEqualTo(IntStream.range(0, 100).toArray());
    assertThat(Permutation.of(0, 1)).isEmpty();
    assertThat(Permutation.of(1, 1)).containsExactly(0);
  }

  @Test
  void thePermutationIsTheDocumentedOne() {
    SplittableRandom random = new SplittableRandom(3);
    int last = random.nextInt(3);
    int second = random.nextInt(2);
    int[] expected = {0, 1, 2};
    expected[2] = last;
    expected[last] = 2;
    int swapped = expected[1];
    expected[1] = expected[second];
    expected[second] = swapped;
    assertThat(Permutation.of(3, 3)).containsExactly(expected);
    // Pinned: a change would silently change which data every recorded run saw.
    assertThat(Permutation.of(8, 42)).containsExactly(1, 0, 4, 7, 2, 3, 5, 6);
  }

  @Test
  void allOrdersAreAboutEquallyFrequent() {
    int[] counts = new int[27];
    for (int seed = 0; seed < 6000; seed++) {
      int[] order = Permutation.of(3, seed);
      counts[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    // Six orders, 1000 expected each, standard deviation 29.
    assertThat(IntStream.of(counts).filter(count -> count > 0).boxed().toList())
        .hasSize(6)
        .allMatch(count -> count > 850 && count < 1150);
  }

  @Test
  void listsAreShuffledLikeIndices() {
    List<Integer> expected = IntStream.of(Permutation.of(9, 5)).boxed().toList();
    assertThat(Permutation.shuffled(numbers(9), 5)).isEqualTo(expected);
  }

  @Test
  void subsets() {
    assertThat(Subset.first(numbers(5), 2)).containsExactly(0, 1);
    assertThat(Subset.first(numbers(5), 9)).isEqualTo(numbers(5));
    assertThat(Subset.random(numbers(50), 10, 1))
        .hasSize(10)
        .doesNotHaveDuplicates()
        .isSorted()
        .isEqualTo(Subset.random(numbers(50), 10, 1))
        .isNotEqualTo(Subset.random(numbers(50), 10, 2))
        .isNotEqualTo(numbers(10));
    assertThat(Subset.random(numbers(5), 9, 1)).isEqualTo(numbers(5));
    List<Integer> some = numbers(5);
    assertThatThrownBy(() -> Subset.first(some, 0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Subset.random(some, -1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found -1");
  }

  @Test
  void aRandomSplitDividesWithoutOverlapInOrder() {
    DatasetSplit<Integer> split = DatasetSplit.random(numbers(101), 0.2, 1);
    assertThat(split.heldOut()).hasSize(20).isSorted();
    assertThat(split.train()).hasSize(81).isSorted().doesNotContainAnyElementsOf(split.heldOut());
    assertThat(split).isEqualTo(DatasetSplit.random(numbers(101), 0.2, 1));
    assertThat(split).isNotEqualTo(DatasetSplit.random(numbers(101), 0.2, 2));
    List<Integer> first = IntStream.of(Permutation.of(101, 1)).limit(20).sorted().boxed().toList();
    assertThat(split.heldOut()).isEqualTo(first);
  }

  @Test
  void aStratifiedSplitKeepsTheShares() {
    // 70 of class 0, 20 of class 1, 10 of class 2, interleaved.
    DatasetSplit<Integer> split =
        DatasetSplit.stratified(numbers(100), i -> i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2, 0.3, 11);
    assertThat(split.heldOut()).hasSize(30).isSorted();
    assertThat(split.heldOut()).filteredOn(i -> i % 10 < 7).hasSize(21);
    assertThat(split.heldOut()).filteredOn(i -> i % 10 == 9).hasSize(3);
    assertThat(split.train()).hasSize(70).doesNotContainAnyElementsOf(split.heldOut());
  }

  @Test
  void remaindersMakeUpTheTotal() {
    // 2.5 of each class, of which round(5) = 5 are held out: one class gives 3, the other 2.
    DatasetSplit<Integer> split = DatasetSplit.stratified(numbers(10), i -> i % 2, 0.5, 4);
    assertThat(split.heldOut()).hasSize(5);
    assertThat(split.heldOut()).filteredOn(i -> i % 2 == 0).hasSizeBetween(2, 3);
    // The larger remainder goes first: 0.3 * 4 = 1.2, 0.3 * 6 = 1.8.
    DatasetSplit<Integer> uneven =
        DatasetSplit.stratified(numbers(10), i -> i < 4 ? "a" : "b", 0.3, 4);
    assertThat(uneven.heldOut()).filteredOn(i -> i < 4).hasSize(1);
    assertThat(uneven.heldOut()).filteredOn(i -> i >= 4).hasSize(2);
    // Where each is a class of its own, the permutation decides, as in the split without classes.
    assertThat(DatasetSplit.stratified(numbers(10), i -> i, 0.4, 4))
        .isEqualTo(DatasetSplit.random(numbers(10), 0.4, 4));
  }

  @Test
  void badFractionsAreErrors() {
    List<Integer> some = numbers(10);
    for (double fraction : new double[] {0, 1, -0.1, Double.NaN}) {
      assertThatThrownBy(() -> DatasetSplit.random(some, fraction, 1))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("between 0 and 1");
    }
    assertThatThrownBy(() -> DatasetSplit.random(some, 0.01, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("leaves a part empty");
    assertThatThrownBy(() -> DatasetSplit.random(some, 0.99, 1))
        .isInstanceOf(InvalidInputException.class);
  }
}
