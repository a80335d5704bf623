package dev.statecraft.cli.terminal;

import dev.statecraft.base.Units;
import dev.statecraft.studio.run.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The words of a progress display, and its clock. */
final class ProgressText {
  private final LongSupplier nanoTime;
  private String label = "";
  private long started;
  private long firstDone;

  ProgressText(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Seconds since the display of this label began. */
  private double elapsed(Progress.Update update) {
    if (!label.equals(update.label())) {
      label = update.label();
      started = nanoTime.getAsLong();
      firstDone = update.done();
    }
    return (nanoTime.getAsLong() - started) / 1e9;
  }

  /** {@code loss 0.5320, 1,830 tokens/s, 2.1 GiB, 0:12 left}. */
  String details(Progress.Update update) {
    double elapsed = elapsed(update);
    List<String> parts = new ArrayList<>();
    update.loss().ifPresent(loss -> parts.add("loss " + Units.decimal(loss)));
    if (update.tokensPerSecond() > 0) {
      parts.add(Units.count(Math.round(update.tokensPerSecond())) + " tokens/s");
    }
    if (update.peakBytes() > 0) {
      parts.add(Units.bytes(update.peakBytes()));
    }
    long steps = update.done() - firstDone;
    if (update.done() >= update.total()) {
      parts.add(Units.clock(elapsed));
    } else if (steps > 0) {
      parts.add(Units.clock(elapsed / steps * (update.total() - update.done())) + " left");
    }
    return String.join(", ", parts);
  }
}
