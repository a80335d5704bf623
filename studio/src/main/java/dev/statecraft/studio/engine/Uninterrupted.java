package dev.statecraft.studio.engine;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Saving that an interrupt of the thread does not spoil. A thread that was interrupted can write no
 * file, and one that is interrupted while it writes finds the file closed. Tensors belong to the
 * thread that made them, so another one cannot save them in its stead.
 */
final class Uninterrupted {
  private Uninterrupted() {}

  /** What is to be saved. */
  @FunctionalInterface
  interface Saving {
    /** Saves the whole; asked again, it replaces what it has saved. */
    void save() throws IOException;
  }

  /** Saves, anew if an interrupt comes between; the thread is interrupted again after it. */
  static void save(Saving saving) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          saving.save();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          boolean unused = Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
