package dev.statecraft.training;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;

/**
 * Takes elements from a source on a thread of its own, a few ahead of who asks for them; in the
 * source's order, each once.
 *
 * @param <T> the elements
 */
final class Ahead<T> implements Iterator<T>, AutoCloseable {
  /** What the source gave: an element, its end (neither), or what it threw. */
  private record Item<T>(Optional<T> element, Optional<Throwable> failure) {}

  private final BlockingQueue<Item<T>> queue;
  private final Thread thread;
  private Item<T> head;

  /**
   * Starts taking elements.
   *
   * @param source used by the other thread alone from now on
   * @param capacity elements that may wait
   */
  Ahead(String name, Iterator<? extends T> source, int capacity) {
    queue = new ArrayBlockingQueue<>(capacity);
    thread = new Thread(() -> take(source), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void take(Iterator<? extends T> source) {
    try {
      try {
        while (source.hasNext()) {
          queue.put(new Item<>(Optional.of(source.next()), Optional.empty()));
        }
        queue.put(new Item<>(Optional.empty(), Optional.empty()));
      } catch (RuntimeException | Error e) {
        queue.put(new Item<>(Optional.empty(), Optional.of(e)));
      }
    } catch (InterruptedException e) {
      // Closed: nobody asks any more.
    }
  }

  /**
   * Whether there is another element; waits until the source knows.
   *
   * @throws CancellationException if the waiting thread is interrupted
   */
  @Override
  public boolean hasNext() {
    Item<T> item = head();
    return item.element().isPresent() || item.failure().isPresent();
  }

  /**
   * The next element; waits for it. What the source threw in its place is thrown here, as it is.
   *
   * @throws CancellationException if the waiting thread is interrupted
   */
  @Override
  public T next() {
    Item<T> item = head();
    if (item.failure().isPresent()) {
      Throwable failure = item.failure().get();
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
    T element = item.element().orElseThrow(() -> new NoSuchElementException("the source ended"));
    head = null;
    return element;
  }

  private Item<T> head() {
    if (head == null) {
      try {
        head = queue.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting for " + thread.getName());
      }
    }
    return head;
  }

  /** Ends the thread and waits for its end. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
