package dev.statecraft.tensor.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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

  /** The memory that parts work on is freed by whoever gets the failure. */
  @Test
  void aFailureIsToldOnlyWhenAllPartsAreDone() {
    for (boolean alone : new boolean[] {false, true}) {
      AtomicInteger done = new AtomicInteger();
      try (Workers workers = new Workers(3)) {
        Workers.Part part =
            (from, to) -> {
              if (from == 0 || (!alone && from == 33)) {
                throw new ArithmeticException("no");
              }
              LockSupport.parkNanos(200_000_000);
              done.incrementAndGet();
            };
        assertThatThrownBy(
                () -> {
                  if (alone) {
                    workers.each(3, 3, (thread, task) -> part.run(task, task + 1));
                  } else {
                    workers.share(100, 1000, part);
                  }
                })
            .isInstanceOfAny(IllegalStateException.class, ArithmeticException.class);
        assertThat(done).hasValue(alone ? 2 : 1);
      }
    }
  }
}
