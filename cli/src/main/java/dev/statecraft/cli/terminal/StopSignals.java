package dev.statecraft.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;

/**
 * Ctrl-C, SIGTERM and SIGHUP as a wish that work ends in order, with what it has so far; further
 * ones change nothing. Work that does not end within a minute is ended.
 */
public final class StopSignals implements AutoCloseable {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");
  private static final long GRACE_SECONDS = 60;

  private record Handler(String name, Object before) {}

  private final Console console;
  private final Runnable stop;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Handler> handlers = new ArrayList<>();
  private volatile boolean over;

  private StopSignals(Console console, Runnable stop) {
    this.console = console;
    this.stop = stop;
  }

  /**
   * Takes the signals until closed.
   *
   * @param stop called once, on another thread
   */
  public static StopSignals take(Console console, Runnable stop) {
    StopSignals signals = new StopSignals(console, stop);
    for (String name : NAMES) {
      signals.handlers.add(new Handler(name, Signals.register(name, signals::arrived)));
    }
    return signals;
  }

  /**
   * From now on each of the signals ends the process as an interrupt, with a line that says so,
   * where nobody takes them.
   */
  public static void endTheProcess(Console console) {
    for (String name : NAMES) {
      Signals.register(
          name,
          () -> {
            console.err().println("statecraft: interrupted");
            System.exit(ExitCode.INTERRUPTED.code());
          });
    }
  }

  /** What a signal does. */
  void arrived() {
    if (!stopped.compareAndSet(false, true)) {
      return;
    }
    stop.run();
    Thread grace = new Thread(this::end, "statecraft-grace");
    grace.setDaemon(true);
    grace.start();
  }

  private void end() {
    try {
      TimeUnit.SECONDS.sleep(GRACE_SECONDS);
    } catch (InterruptedException e) {
      return;
    }
    if (!over) {
      console
          .err()
          .println(
              "statecraft: interrupted; the step under way did not end within "
                  + GRACE_SECONDS
                  + " seconds, what was saved before it stays");
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED.code());
    }
  }

  @Override
  public void close() {
    over = true;
    handlers.forEach(handler -> Signals.unregister(handler.name, handler.before));
  }
}
