package dev.statecraft.cli.terminal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.utils.Signals;

/**
 * Ctrl-C as a wish to stop what is going on, rather than the process. Where nothing goes on, it
 * ends the process as usual.
 */
public final class Interruptions implements AutoCloseable {
  private static final String CTRL_C = "INT";

  private final AtomicBoolean working = new AtomicBoolean();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final Object before;

  private Interruptions() {
    before = Signals.register(CTRL_C, this::interrupt);
  }

  /** Takes Ctrl-C until closed. */
  public static Interruptions take() {
    return new Interruptions();
  }

  /** What Ctrl-C does. */
  void interrupt() {
    if (working.get()) {
      stop.set(true);
    } else {
      System.exit(ExitCode.INTERRUPTED.code());
    }
  }

  /** Something begins that can be stopped. */
  public void begin() {
    stop.set(false);
    working.set(true);
  }

  /** It has ended. */
  public void end() {
    working.set(false);
  }

  /** Whether it is to stop. */
  public boolean stopped() {
    return stop.get();
  }

  @Override
  public void close() {
    Signals.unregister(CTRL_C, before);
  }
}
