package dev.statecraft.tensor.thread;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that a session's own kernels share rows among. The calling thread takes a part too, so
 * one processor needs no thread at all.
 */
public final class Workers implements AutoCloseable {
  /** Work on the rows {@code from} to {@code to}, exclusive. */
  public interface Part {
    /** Works on them. */
    void run(long from, long to);
  }

  /** Some work. */
  public interface Task {
    /**
     * Does one task.
     *
     * @param thread number of the thread, below the number of threads
     * @param task its number
     */
    void run(int thread, int task);
  }

  /** Numbers below which handing over costs more than it saves. */
  private static final long ELEMENTS_WORTH_SHARING = 1L << 14;

  /** Numbers of one part at most: its bytes, gaps between rows included, are indexed by an int. */
  public static final long MOST_ELEMENTS = 1L << 26;

  private final int threads;
  private final ExecutorService pool;
  private LoneThreads lone;

  /** Starts as many threads, less the calling one. */
  public Workers(int threads) {
    this.threads = threads;
    pool =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1),
            task -> {
              Thread thread = new Thread(task, "statecraft-rows");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Splits the rows into parts, one for each thread or more if they are large, and returns when all
   * are done. How they are split depends on the arguments and the number of threads alone.
   */
  public void share(long rows, long width, Part part) {
    long parts = Math.min(rows, Math.max(threads, rows * width / MOST_ELEMENTS + 1));
    if (parts <= 1 || rows * width < ELEMENTS_WORTH_SHARING) {
      part.run(0, rows);
      return;
    }
    List<Future<?>> others = new ArrayList<>();
    long first = rows / parts;
    for (long i = 1; i < parts; i++) {
      long from = rows * i / parts;
      long to = rows * (i + 1) / parts;
      others.add(pool.submit(() -> part.run(from, to)));
    }
    try {
      part.run(0, first);
    } finally {
      awaitAll(others);
    }
  }

  /**
   * Does each of a number of tasks that call libtorch, side by side: every thread computes its own
   * products alone. Which thread takes which task is left to chance.
   *
   * @param most threads to use at most
   */
  public void each(int most, int tasks, Task task) {
    if (lone == null) {
      lone = new LoneThreads(threads);
    }
    lone.each(most, tasks, task);
  }

  /**
   * Memory that parts read belongs to the caller: nothing returns before all are done, also when
   * one has failed. The first failure is thrown then.
   */
  static void awaitAll(List<Future<?>> parts) {
    RuntimeException failure = null;
    for (Future<?> part : parts) {
      try {
        await(part);
      } catch (IllegalStateException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void await(Future<?> part) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          part.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IllegalStateException("a kernel failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    pool.shutdown();
    if (lone != null) {
      lone.close();
    }
  }
}
