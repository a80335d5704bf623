package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackingTest {
  private static final int[] LENGTHS = new SplittableRandom(2).ints(500, 5, 101).toArray();

  private static List<Integer> step(int seed, int size) {
    return IntStream.of(Permutation.of(LENGTHS.length, seed)).limit(size).boxed().toList();
  }

  private static int tokens(List<Integer> examples) {
    return examples.stream().mapToInt(i -> LENGTHS[i]).sum();
  }

  private static void assertSound(List<MicroBatch> parts, List<Integer> examples) {
    assertThat(parts.stream().flatMap(part -> part.examples().stream()))
        .containsExactlyInAnyOrderElementsOf(examples);
    for (MicroBatch part : parts) {
      assertThat(part.examples()).isNotEmpty();
      assertThat(part.examples().stream().map(i -> LENGTHS[i])).isSorted();
      assertThat(part.tokens()).isEqualTo(tokens(part.examples()));
      assertThat(part.longest())
          .isEqualTo(part.examples().stream().mapToInt(i -> LENGTHS[i]).max().orElseThrow());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 16, 128", "2, 32, 256", "3, 64, 256", "4, 64, 512", "5, 64, 101"})
  void tokensAreFilledNearlyToTheLimit(int seed, int size, int limit) {
    List<Integer> examples = step(seed, size);
    List<MicroBatch> parts = Packing.of(LENGTHS, examples, BatchLimit.tokens(limit));
    assertSound(parts, examples);
    assertThat(parts).allMatch(part -> part.tokens() <= limit);
    int least = (tokens(examples) + limit - 1) / limit;
    assertThat(parts).hasSizeLessThanOrEqualTo(least * 11 / 9 + 1);
    // No two could have been one.
    assertThat(parts.stream().mapToLong(MicroBatch::tokens).sorted().limit(2).sum())
        .isGreaterThan(limit);
  }

  @Test
  void bestFitLeavesNoRoomWhereItCanBeAvoided() {
    int[] lengths = {60, 50, 40, 30, 20};
    assertThat(Packing.of(lengths, List.of(0, 1, 2, 3, 4), BatchLimit.tokens(100)))
        .containsExactly(
            new MicroBatch(List.of(2, 0), 100, 60), new MicroBatch(List.of(4, 3, 1), 100, 50));
  }

  @Test
  void byCountThoseOfLikeLengthComeTogether() {
    int[] lengths = {9, 1, 8, 2, 7};
    assertThat(Packing.of(lengths, List.of(0, 1, 2, 3, 4), BatchLimit.examples(2)))
        .containsExactly(
            new MicroBatch(List.of(1, 3), 3, 2),
            new MicroBatch(List.of(4, 2), 15, 8),
            new MicroBatch(List.of(0), 9, 9));
    List<Integer> examples = step(1, 40);
    assertSound(Packing.of(LENGTHS, examples, BatchLimit.paddedTokens(200)), examples);
  }

  @Test
  void anExampleAboveTheLimitIsAloneAndCanBeRefusedBefore() {
    int[] lengths = {3, 20, 4};
    assertThat(Packing.of(lengths, List.of(0, 1, 2), BatchLimit.tokens(10)))
        .containsExactly(new MicroBatch(List.of(1), 20, 20), new MicroBatch(List.of(0, 2), 7, 4));
    assertThatThrownBy(() -> BatchLimit.tokens(10).check(lengths))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("example 1 has 20 tokens, a micro-batch may have at most 10");
  }
}
