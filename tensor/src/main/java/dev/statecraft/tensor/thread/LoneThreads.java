package dev.statecraft.tensor.thread;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads in each of which libtorch computes without others' help, so that small products run side
 * by side instead of each being split. Used by one thread at a time.
 */
final class LoneThreads implements AutoCloseable {
  private final int threads;
  private final ExecutorService pool;

  LoneThreads(int threads) {
    this.threads = threads;
    CountDownLatch started = new CountDownLatch(threads);
    pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread =
                  new Thread(
                      () -> {
                        // libtorch sets its number of threads when a thread first asks for it.
                        torch.get_num_threads();
                        torch.set_num_threads(1);
                        started.countDown();
                        task.run();
                      },
                      "statecraft-products");
              thread.setDaemon(true);
              return thread;
            });
    for (int i = 0; i < threads; i++) {
      pool.execute(() -> {});
    }
    awaitUninterruptibly(started);
    // That was each thread's own setting, and the one that threads to come start with.
    torch.set_num_threads(threads);
  }

  /**
   * Returns when all are done; a failure is thrown then.
   *
   * @param most threads to use at most
   */
  void each(int most, int tasks, Workers.Task task) {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> parts = new ArrayList<>();
    BlasThreads.alone();
    try {
      for (int i = 0; i < Math.min(threads, Math.min(most, tasks)); i++) {
        int thread = i;
        parts.add(
            pool.submit(
                () -> {
                  for (int t = next.getAndIncrement(); t < tasks; t = next.getAndIncrement()) {
                    task.run(thread, t);
                  }
                }));
      }
    } finally {
      try {
        Workers.awaitAll(parts);
      } finally {
        BlasThreads.together(threads);
      }
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
