package dev.statecraft.studio.track;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Numbers on their way from the run to a server, between two threads. What waits is bounded: if a
 * server stays away, the oldest are dropped and counted.
 */
final class MetricQueue {
  /**
   * A number.
   *
   * @param time milliseconds since 1970
   */
  record Metric(String key, double value, long time, long step) {}

  private final int capacity;
  private final Deque<Metric> waiting = new ArrayDeque<>();
  private long dropped;
  private boolean ended;

  MetricQueue(int capacity) {
    this.capacity = capacity;
  }

  synchronized void add(List<Metric> metrics) {
    waiting.addAll(metrics);
    while (waiting.size() > capacity) {
      waiting.removeFirst();
      dropped++;
    }
    notifyAll();
  }

  /** Says that nothing more comes; whoever waits goes on at once. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Waits for the end, but not longer than this; says whether it has come. */
  synchronized boolean awaitEnd(long millis) throws InterruptedException {
    long until = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; !ended && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
      wait(left);
    }
    return ended;
  }

  /** The oldest, at most so many; waits until there is one. Empty once all is taken at the end. */
  synchronized List<Metric> take(int most) throws InterruptedException {
    while (waiting.isEmpty() && !ended) {
      wait();
    }
    List<Metric> taken = new ArrayList<>();
    while (taken.size() < most && !waiting.isEmpty()) {
      taken.add(waiting.removeFirst());
    }
    return taken;
  }

  /** How many wait or were dropped. */
  synchronized long undelivered() {
    return waiting.size() + dropped;
  }
}
