package dev.statecraft.formats.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a stream that has been silent for too long, so that the thread reading it goes on. */
final class StallGuard implements AutoCloseable {
  private final InputStream stream;
  private final long limitNanos;
  private final Thread watch;
  private volatile long heardAt = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream stream, Duration limit) {
    this.stream = stream;
    limitNanos = limit.toNanos();
    watch = new Thread(this::watch, "statecraft-download-watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** Something has come. */
  void heard() {
    heardAt = System.nanoTime();
  }

  boolean stalled() {
    return stalled;
  }

  private void watch() {
    try {
      for (long left = limitNanos; left > 0; left = limitNanos - (System.nanoTime() - heardAt)) {
        Thread.sleep(left / 1_000_000 + 1);
      }
      stalled = true;
      stream.close();
    } catch (InterruptedException e) {
      // Closed: nobody reads any more.
    } catch (IOException e) {
      // The reader hears of it.
    }
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
