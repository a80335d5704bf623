package dev.statecraft.base;

/** An option, argument or value of a key that makes no sense; the message names it. */
public final class UsageException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  /** An error with a message for the user. */
  public UsageException(String message) {
    super(Kind.USAGE, Shown.line(message));
  }

  /** An error with a message for the user and the failure below it. */
  public UsageException(String message, Throwable cause) {
    super(Kind.USAGE, Shown.line(message), cause);
  }
}
