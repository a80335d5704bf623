package dev.statecraft.base;

/**
 * What went wrong and is no defect of the program: its message is for whoever gave the input, and
 * its kind says what sort of trouble it is, for a command's exit status or a service's answer.
 *
 * <p>All public exceptions of the house that are unchecked are of this type; a rule of the tests
 * sees to it, since Java seals only classes of one package.
 */
public abstract class StatecraftException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What sort of trouble it is. */
  public enum Kind {
    /** Arguments, a recipe or a tuning that make no sense. */
    USAGE,
    /** A file that cannot be used. */
    INPUT,
    /** The loss or a gradient was not a finite number. */
    NUMERIC_FAULT,
    /** It does not fit into memory, or into a budget. */
    MEMORY,
    /** A check that was asked for did not pass. */
    CHECK,
    /** The machine has not what was asked for. */
    MACHINE
  }

  private final Kind kind;

  /** An error with a message for the user. */
  protected StatecraftException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** An error with a message for the user and the failure below it. */
  protected StatecraftException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What sort of trouble it is. */
  public final Kind kind() {
    return kind;
  }
}
