package dev.statecraft.studio.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the process is to end (SIGINT, SIGTERM) and holds the end up until the work that
 * watches has saved what it has.
 */
final class Interrupts implements AutoCloseable {
  /** How long saving may take. */
  private static final long GRACE_SECONDS = 60;

  private final CountDownLatch saved = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "save on interrupt");
  private volatile boolean requested;

  private Interrupts() {}

  /** Watches until closed. */
  static Interrupts watch() {
    Interrupts interrupts = new Interrupts();
    Runtime.getRuntime().addShutdownHook(interrupts.hook);
    return interrupts;
  }

  private void await() {
    requested = true;
    try {
      if (!saved.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("statecraft: nothing was saved within " + GRACE_SECONDS + " seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the process is about to end. */
  boolean requested() {
    return requested;
  }

  @Override
  public void close() {
    saved.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        requested = true; // The end began just now; the hook finds nothing left to wait for.
      }
    }
  }
}
