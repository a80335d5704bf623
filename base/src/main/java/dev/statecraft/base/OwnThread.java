package dev.statecraft.base;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * The thread of something that only one thread may touch, or that an interrupt would spoil: work is
 * done on it, one piece after another, while whoever asked for it waits.
 */
public final class OwnThread implements AutoCloseable {
  private final String name;
  private final ExecutorService executor;
  private volatile Thread thread;

  /**
   * Starts with the first work.
   *
   * @param name of the thread, and in messages
   */
  public OwnThread(String name) {
    this.name = name;
    executor =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, name);
              made.setDaemon(true);
              thread = made;
              return made;
            });
  }

  /** What is to be done. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws IOException;
  }

  /** As {@link #call(Work, Runnable)}; an interrupt is put off until the work is done. */
  public <T> T call(Work<T> work) throws IOException {
    return call(work, () -> {});
  }

  /**
   * Does work on this thread, and waits for it, whatever happens meanwhile: what it throws is
   * thrown here. Work of this thread itself is done at once.
   *
   * @param interrupted called once if the waiting thread is interrupted, which then still waits; it
   *     is interrupted again once the work is over
   * @throws IllegalStateException after {@link #close}
   */
  public <T> T call(Work<T> work, Runnable interrupted) throws IOException {
    if (isCurrent()) {
      return work.run();
    }
    Future<T> result;
    try {
      result = executor.submit(work::run);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException(name + " is closed", e);
    }
    boolean wasInterrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          if (!wasInterrupted) {
            wasInterrupted = true;
            interrupted.run();
          }
        }
      }
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException thrown(Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return (IOException) cause;
  }

  /** Whether this is called by work on it. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Interrupts the work under way. */
  public void interrupt() {
    Thread worker = thread;
    if (worker != null) {
      worker.interrupt();
    }
  }

  /** Takes no further work; what is under way goes on to its end. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
