package dev.statecraft.cli.terminal;

/** What the process says at its end. */
public enum ExitCode {
  /** Everything is done. */
  DONE(0),
  /** A defect of the program, or of the machine. */
  FAILED(1),
  /** Arguments or a recipe that make no sense. */
  USAGE(2),
  /** A file that is missing or cannot be used. */
  INPUT(3),
  /** The loss or a gradient was not a finite number. */
  NUMERIC_FAULT(4),
  /** It does not fit into memory, or into the budget. */
  MEMORY(5),
  /** A check that was asked for did not pass. */
  CHECK(6),
  /** The user stopped it. The JVM itself ends with this on SIGINT. */
  INTERRUPTED(130);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The number. */
  public int code() {
    return code;
  }
}
