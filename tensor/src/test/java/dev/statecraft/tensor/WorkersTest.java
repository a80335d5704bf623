package dev.statecraft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;

class WorkersTest {
  /** Every row once; parts by their first row. */
  private static Map<Long, Long> parts(int threads, long rows, long width) {
    Map<Long, Long> parts = new ConcurrentSkipListMap<>();
    try (Workers workers = new Workers(threads)) {
      workers.share(rows, width, parts::put);
    }
    long next = 0;
    for (Map.Entry<Long, Long> part : parts.entrySet()) {
      assertThat(part.getKey()).isEqualTo(next);
      next = part.getValue();
    }
    assertThat(next).isEqualTo(rows);
    return parts;
  }

  @Test
  void everyThreadGetsItsShare() {
    assertThat(parts(3, 100, 1000)).hasSize(3);
    assertThat(parts(3, 2, 100_000)).hasSize(2);
    assertThat(parts(3, 100, 10)).hasSize(1); // Not worth it.
    assertThat(parts(1, 100, 1000)).hasSize(1);
  }

  @Test
  void noPartIsLargerThanAnIntCanIndex() {
    long rows = 1L << 20;
    long width = 1L << 12;
    parts(2, rows, width)
        .forEach(
            (from, to) ->
                assertThat((to - from) * width).isLessThanOrEqualTo(Workers.MOST_ELEMENTS));
  }

  @Test
  void aFailureOfAnotherThreadIsTold() {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(
              () ->
                  workers.share(
                      100,
                      1000,
                      (from, to) -> {
                        if (from > 0) {
                          throw new ArithmeticException("no");
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasCauseInstanceOf(ArithmeticException.class);
    }
  }
}
