package dev.statecraft.cli.terminal;

import dev.statecraft.studio.run.Progress;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** A plain line now and then: for logs and pipes. */
final class ProgressLines implements Progress {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final PrintStream err;
  private final LongSupplier nanoTime;
  private final ProgressText text;
  private long shownAt;
  private boolean shown;

  ProgressLines(PrintStream err) {
    this(err, System::nanoTime);
  }

  ProgressLines(PrintStream err, LongSupplier nanoTime) {
    this.err = err;
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
    String line = update.label() + " " + update.done() + "/" + update.total();
    err.println(details.isEmpty() ? line : line + "  " + details);
    shownAt = nanoTime.getAsLong();
    shown = !last;
  }

  @Override
  public void note(String line) {
    err.println(line);
  }

  @Override
  public void close() {
    err.flush();
  }
}
