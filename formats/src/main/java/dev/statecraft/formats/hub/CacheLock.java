package dev.statecraft.formats.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Keeps processes from downloading one blob at the same time, by the lock files that {@code
 * huggingface_hub} uses.
 *
 * <p>On Windows, Python's locks and Java's are of one kind and exclude each other. On Linux and
 * macOS they are two ({@code flock} and POSIX record locks), so a Python process and this one may
 * both download a blob. That costs bandwidth alone: Python writes into files of names of its own,
 * and either puts a whole and checked file in place by renaming it.
 */
final class CacheLock implements AutoCloseable {
  private static final long POLL_MILLIS = 100;

  private final FileChannel channel;

  private CacheLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param waiting is told once if it does not come at once
   */
  static CacheLock acquire(Path file, Consumer<String> waiting) throws IOException {
    Files.createDirectories(file.getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      boolean told = false;
      while (!tryLock(channel)) {
        if (!told) {
          waiting.accept("another process is downloading this file; waiting for it");
          told = true;
        }
        pause();
      }
      return new CacheLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another thread of this process has it.
      return false;
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for another download", e);
    }
  }

  /** Closing the channel gives the lock back; the file stays, as others may wait for it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
