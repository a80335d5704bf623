package dev.statecraft.cli.terminal;

import dev.statecraft.studio.run.Progress;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** One line of a terminal, written over and over. */
final class ProgressBar implements Progress {
  private static final long INTERVAL_NANOS = 100_000_000;
  private static final int BAR = 24;
  private static final int LEAST_BAR = 4;
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream err;
  private final int columns;
  private final LongSupplier nanoTime;
  private final ProgressText text;
  private long shownAt;
  private boolean shown;

  ProgressBar(PrintStream err, int columns) {
    this(err, columns, System::nanoTime);
  }

  ProgressBar(PrintStream err, int columns, LongSupplier nanoTime) {
    this.err = err;
    this.columns = columns;
    this.nanoTime = nanoTime;
    text = new ProgressText(nanoTime);
  }

  @Override
  public void update(Update update) {
    boolean last = update.done() >= update.total();
    String details = text.details(update);
    if (shown && !last && nanoTime.getAsLong() - shownAt < INTERVAL_NANOS) {
      return;
    }
    String counts = update.done() + "/" + update.total() + "  " + details;
    String line =
        update.label()
            + bar(update, columns - update.label().length() - counts.length() - 1)
            + counts;
    // A line that wraps could not be cleared again.
    err.print(CLEAR + line.substring(0, Math.min(line.length(), Math.max(1, columns - 1))));
    err.flush();
    shownAt = nanoTime.getAsLong();
    shown = true;
    if (last) {
      close();
    }
  }

  /** As long as the words leave room for it. */
  private static String bar(Update update, int room) {
    int length = Math.min(BAR, room - " [] ".length());
    if (length < LEAST_BAR) {
      return " ";
    }
    int filled = (int) (length * update.done() / Math.max(1, update.total()));
    String tip = filled < length ? ">" + " ".repeat(length - filled - 1) : "";
    return " [" + "=".repeat(filled) + tip + "] ";
  }

  @Override
  public void note(String line) {
    err.println((shown ? CLEAR : "") + line);
    shown = false;
  }

  @Override
  public void close() {
    if (shown) {
      err.println();
      shown = false;
    }
  }
}
