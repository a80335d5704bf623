package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceGroupingTest {
  private static final long LIMIT = 1 << 22;

  private static List<SequenceBatch> group(long heads, long limit, boolean padding, int... n) {
    Layout layout = Layout.ofLengths(n);
    return new SequenceGrouping(heads, limit, padding)
        .of(layout, layout).stream().map(AttentionBatch::queries).toList();
  }

  @Test
  void equalLengthsComeTogetherUpToTheLimit() {
    int[] lengths = {2, 2, 2, 3, 2, 9};
    assertThat(group(1, 1000, false, lengths))
        .containsExactly(
            SequenceBatch.even(0, 3, 2),
            SequenceBatch.even(6, 1, 3),
            SequenceBatch.even(9, 1, 2),
            SequenceBatch.even(11, 1, 9));
    assertThat(group(2, 16, true, lengths))
        .containsExactly(
            SequenceBatch.even(0, 2, 2),
            SequenceBatch.even(4, 1, 2),
            SequenceBatch.even(6, 1, 3),
            SequenceBatch.even(9, 1, 2),
            SequenceBatch.even(11, 1, 9));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void everyTokenIsInOneBatchInOrder(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] lengths = random.ints(random.nextInt(1, 300), 1, 100).toArray();
    for (boolean padding : new boolean[] {true, false}) {
      List<Integer> found = new ArrayList<>();
      int offset = 0;
      for (SequenceBatch batch : group(8, 200_000, padding, lengths)) {
        assertThat(batch.offset()).isEqualTo(offset);
        assertThat(batch.isRagged()).isEqualTo(batch.lengths().stream().distinct().count() > 1);
        assertThat(padding || !batch.isRagged()).isTrue();
        if (batch.sequences() > 1) {
          assertThat(8L * batch.sequences() * batch.length() * batch.length())
              .isLessThanOrEqualTo(200_000);
        }
        offset += batch.tokens();
        found.addAll(batch.lengths());
      }
      assertThat(found).containsExactlyElementsOf(Arrays.stream(lengths).boxed().toList());
    }
  }

  @Test
  void shortSequencesOfLikeLengthComeTogether() {
    assertThat(group(8, LIMIT, true, 16, 17, 18, 19, 20)).hasSize(1);
    int[] lengths = new SplittableRandom(1).ints(100, 16, 65).sorted().toArray();
    List<SequenceBatch> batches = group(9, LIMIT, true, lengths);
    assertThat(batches).hasSizeBetween(2, 20);
    double scores = batches.stream().mapToDouble(b -> b.sequences() * sq(b.length())).sum();
    assertThat(scores / Arrays.stream(lengths).mapToDouble(SequenceGroupingTest::sq).sum())
        .isBetween(1.0, 1.25);
  }

  private static double sq(int length) {
    return (double) length * length;
  }

  @Test
  void longSequencesOfDifferentLengthsStayApart() {
    assertThat(group(9, LIMIT, true, 300, 330, 400)).hasSize(3);
    assertThat(group(9, LIMIT, true, 4, 400)).hasSize(2);
  }

  @Test
  void sequencesAreAlikeInQueriesAndKeys() {
    Layout queries = Layout.ofLengths(3, 3, 3, 5, 5);
    Layout keys = Layout.ofLengths(4, 4, 2, 2, 2);
    List<AttentionBatch> apart = new SequenceGrouping(2, 1000, false).of(queries, keys);
    assertThat(apart)
        .containsExactly(
            new AttentionBatch(SequenceBatch.even(0, 2, 3), SequenceBatch.even(0, 2, 4)),
            new AttentionBatch(SequenceBatch.even(6, 1, 3), SequenceBatch.even(8, 1, 2)),
            new AttentionBatch(SequenceBatch.even(9, 2, 5), SequenceBatch.even(10, 2, 2)));
    assertThat(new SequenceGrouping(2, 1000, true).of(queries, keys))
        .containsExactly(
            new AttentionBatch(
                new SequenceBatch(0, List.of(3, 3, 3, 5, 5)),
                new SequenceBatch(0, List.of(4, 4, 2, 2, 2))));
    // 2 heads, 5 queries and 20 keys: two such sequences have more scores than a batch may.
    assertThat(new SequenceGrouping(2, 390, true).of(Layout.even(2, 5), Layout.even(2, 20)))
        .hasSize(2);
  }
}
