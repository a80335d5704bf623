package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchSamplerTest {
  private static final int[] LENGTHS = new SplittableRandom(1).ints(1000, 5, 101).toArray();

  private static List<Integer> examples(List<MicroBatch> batches) {
    return batches.stream().flatMap(batch -> batch.examples().stream()).toList();
  }

  private static long padding(List<MicroBatch> batches) {
    return batches.stream()
        .mapToLong(batch -> (long) batch.examples().size() * batch.longest() - batch.tokens())
        .sum();
  }

  private static void assertEveryExampleOnceAndFiguresRight(List<MicroBatch> batches) {
    assertThat(examples(batches))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, LENGTHS.length).boxed().toList());
    for (MicroBatch batch : batches) {
      List<Integer> lengths = batch.examples().stream().map(i -> LENGTHS[i]).toList();
      assertThat(batch.tokens()).isEqualTo(lengths.stream().mapToLong(i -> i).sum());
      assertThat(batch.longest()).isEqualTo(Collections.max(lengths));
    }
  }

  @Test
  void byCountAllButTheLastAreFull() {
    List<MicroBatch> batches = new BatchSampler(LENGTHS, BatchLimit.examples(7), 0, 3).epoch(0);
    assertEveryExampleOnceAndFiguresRight(batches);
    assertThat(batches).hasSize(143);
    assertThat(batches.subList(0, 142)).allMatch(batch -> batch.examples().size() == 7);
    assertThat(batches.get(142).examples()).hasSize(6);
  }

  @Test
  void byTokensNoneExceedsTheLimitAndNoneCouldTakeTheNext() {
    List<MicroBatch> batches = new BatchSampler(LENGTHS, BatchLimit.tokens(300), 0, 3).epoch(0);
    assertEveryExampleOnceAndFiguresRight(batches);
    for (int i = 0; i < batches.size(); i++) {
      assertThat(batches.get(i).tokens()).isLessThanOrEqualTo(300);
      if (i + 1 < batches.size()) {
        int next = LENGTHS[batches.get(i + 1).examples().get(0)];
        assertThat(batches.get(i).tokens() + next).isGreaterThan(300);
      }
    }
  }

  @Test
  void byPaddedTokensThePaddingCounts() {
    int[] lengths = {3, 3, 5, 1, 1};
    List<MicroBatch> batches =
        new BatchSampler(lengths, BatchLimit.paddedTokens(10), 0, 3).inOrder();
    assertThat(batches)
        .containsExactly(
            new MicroBatch(List.of(0, 1), 6, 3),
            new MicroBatch(List.of(3, 2), 6, 5),
            new MicroBatch(List.of(4), 1, 1));
    assertThat(new BatchSampler(lengths, BatchLimit.tokens(10), 0, 3).inOrder())
        .containsExactly(
            new MicroBatch(List.of(0, 1), 6, 3), new MicroBatch(List.of(3, 4, 2), 7, 5));
    List<MicroBatch> many =
        new BatchSampler(LENGTHS, BatchLimit.paddedTokens(400), 100, 3).epoch(2);
    assertEveryExampleOnceAndFiguresRight(many);
    assertThat(many).allMatch(batch -> batch.examples().size() * batch.longest() <= 400);
  }

  @Test
  void epochsAreDeterministicAndDiffer() {
    BatchSampler sampler = new BatchSampler(LENGTHS, BatchLimit.examples(4), 64, 9);
    BatchSampler same = new BatchSampler(LENGTHS, BatchLimit.examples(4), 64, 9);
    BatchSampler other = new BatchSampler(LENGTHS, BatchLimit.examples(4), 64, 10);
    assertThat(sampler.epoch(5)).isEqualTo(same.epoch(5));
    assertThat(sampler.epoch(5)).isNotEqualTo(sampler.epoch(6)).isNotEqualTo(other.epoch(5));
    // Nor is one (seed, epoch) another with the same sum.
    assertThat(sampler.epoch(1)).isNotEqualTo(other.epoch(0));
  }

  @Test
  void neighbouringEpochsAreUnrelated() {
    BatchSampler sampler = new BatchSampler(LENGTHS, BatchLimit.examples(1), 0, 9);
    List<Integer> first = examples(sampler.epoch(0));
    List<Integer> second = examples(sampler.epoch(1));
    // Two random orders of 1000 agree in one place on average.
    assertThat(IntStream.range(0, 1000).filter(i -> first.get(i).equals(second.get(i))).count())
        .isLessThan(10);
  }

  @Test
  void sortingInWindowsSavesPadding() {
    long unsorted = padding(new BatchSampler(LENGTHS, BatchLimit.examples(8), 0, 3).epoch(0));
    long sorted = padding(new BatchSampler(LENGTHS, BatchLimit.examples(8), 200, 3).epoch(0));
    long whole =
        padding(new BatchSampler(LENGTHS, BatchLimit.examples(8), Integer.MAX_VALUE, 3).epoch(0));
    assertThat(sorted).isLessThan(unsorted / 5);
    assertThat(whole).isLessThan(sorted);
  }

  @Test
  void aWindowHoldsTheExamplesOfItsPartOfTheOrder() {
    List<Integer> order =
        examples(new BatchSampler(LENGTHS, BatchLimit.examples(10), 0, 3).epoch(0));
    List<MicroBatch> batches = new BatchSampler(LENGTHS, BatchLimit.examples(10), 50, 3).epoch(0);
    assertEveryExampleOnceAndFiguresRight(batches);
    for (MicroBatch batch : batches) {
      assertThat(batch.examples().stream().map(i -> order.indexOf(i) / 50).distinct()).hasSize(1);
    }
    // Micro-batches of one window, all sorted alike, do not lie one after the other any more.
    List<Integer> windows =
        batches.stream().map(batch -> order.indexOf(batch.examples().get(0)) / 50).toList();
    assertThat(windows).isNotEqualTo(windows.stream().sorted().toList());
  }

  @Test
  void aCursorWalksAllEpochsAndResumesAnywhere() {
    BatchSampler sampler =
        new BatchSampler(new int[] {1, 2, 3, 4, 5}, BatchLimit.examples(2), 0, 1);
    List<MicroBatch> expected = new ArrayList<>(sampler.epoch(0));
    expected.addAll(sampler.epoch(1));
    expected.addAll(sampler.epoch(2));
    List<BatchPosition> positions = new ArrayList<>();
    List<MicroBatch> walked = new ArrayList<>();
    BatchSampler.Cursor cursor = sampler.from(BatchPosition.START);
    while (cursor.hasNext() && cursor.position().epoch() < 3) {
      positions.add(cursor.position());
      walked.add(cursor.next());
    }
    assertThat(walked).isEqualTo(expected);
    assertThat(positions).hasSize(9).startsWith(BatchPosition.START).endsWith(position(2, 2));
    assertThat(cursor.position()).isEqualTo(position(3, 0));
    for (int i = 0; i < positions.size(); i++) {
      assertThat(sampler.from(positions.get(i)).next()).isEqualTo(expected.get(i));
    }
  }

  private static BatchPosition position(int epoch, int index) {
    return new BatchPosition(epoch, index);
  }

  @Test
  void thePositionBehindAnEpochIsTheNextEpochsStart() {
    BatchSampler sampler = new BatchSampler(new int[] {1, 1, 1}, BatchLimit.examples(2), 0, 1);
    assertThat(sampler.from(position(0, 2)).position()).isEqualTo(position(1, 0));
    BatchPosition beyond = position(0, 3);
    assertThatThrownBy(() -> sampler.from(beyond))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("epoch 0 has 2 micro-batches");
  }

  @Test
  void badInputIsRejected() {
    int[] lengths = {3, 12};
    BatchLimit ten = BatchLimit.tokens(10);
    assertThatThrownBy(() -> new BatchSampler(lengths, ten, 0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("example 1 has 12 tokens, a micro-batch may have at most 10");
    assertThatThrownBy(() -> new BatchSampler(new int[0], ten, 0, 1))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new BatchSampler(new int[1], ten, -1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("window");
    assertThatThrownBy(() -> new BatchSampler(new int[] {-1}, ten, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BatchLimit.examples(0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> position(-1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
