package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AheadTest {
  private static boolean runs(String name) {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(name));
  }

  @Test
  void elementsComeInOrderThenTheEnd() {
    Iterator<Integer> source = IntStream.range(0, 1000).iterator();
    try (Ahead<Integer> ahead = new Ahead<>("order", source, 2)) {
      List<Integer> found = new ArrayList<>();
      while (ahead.hasNext()) {
        found.add(ahead.next());
      }
      assertThat(found).containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
      assertThat(ahead.hasNext()).isFalse();
      assertThatThrownBy(ahead::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(runs("order")).isFalse();
  }

  @Test
  void theThreadIsAheadByItsCapacityAndNoMore() throws InterruptedException {
    Semaphore asked = new Semaphore(0);
    AtomicInteger made = new AtomicInteger();
    Iterator<Integer> source =
        IntStream.iterate(0, i -> i + 1)
            .peek(
                i -> {
                  made.incrementAndGet();
                  asked.release();
                })
            .iterator();
    try (Ahead<Integer> ahead = new Ahead<>("bounded", source, 2)) {
      // Two wait and one is in the thread's hands, though nobody has asked for any.
      assertThat(asked.tryAcquire(3, 20, TimeUnit.SECONDS)).isTrue();
      assertThat(asked.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
      assertThat(ahead.next()).isZero();
      assertThat(asked.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      assertThat(made.get()).isEqualTo(4);
    }
    assertThat(runs("bounded")).isFalse();
  }

  @Test
  void whatTheSourceThrowsIsThrownInItsPlace() {
    IllegalStateException failure = new IllegalStateException("the third");
    Iterator<Integer> source =
        IntStream.range(0, 9)
            .map(
                i -> {
                  if (i == 2) {
                    throw failure;
                  }
                  return i;
                })
            .iterator();
    try (Ahead<Integer> ahead = new Ahead<>("failing", source, 4)) {
      assertThat(ahead.next()).isZero();
      assertThat(ahead.next()).isEqualTo(1);
      assertThat(ahead.hasNext()).isTrue();
      assertThatThrownBy(ahead::next).isSameAs(failure);
      assertThatThrownBy(ahead::next).isSameAs(failure);
    }
    assertThat(runs("failing")).isFalse();
  }

  @Test
  void anInterruptedWaiterIsCancelledAndStaysInterrupted() {
    Semaphore never = new Semaphore(0);
    Iterator<Integer> source =
        IntStream.iterate(
                0,
                i -> {
                  never.acquireUninterruptibly();
                  return i;
                })
            .skip(1)
            .iterator();
    Ahead<Integer> ahead = new Ahead<>("stuck", source, 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(ahead::next)
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted while waiting for stuck");
    assertThat(Thread.interrupted()).isTrue();
    never.release(2);
    ahead.close();
    assertThat(runs("stuck")).isFalse();
  }
}
