package dev.statecraft.studio.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened one after another, to be closed the other way round. */
final class Closing implements AutoCloseable {
  private final Deque<Runnable> closes = new ArrayDeque<>();

  /** Keeps something that was just opened. */
  <T> T add(T opened, Runnable close) {
    closes.push(close);
    return opened;
  }

  @Override
  public void close() {
    while (!closes.isEmpty()) {
      closes.pop().run();
    }
  }
}
