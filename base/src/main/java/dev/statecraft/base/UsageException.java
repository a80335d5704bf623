package dev.statecraft.base;

/** An option or argument that makes no sense; the message names it. */
public final class UsageException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  /** An error with a message for the user. */
  public UsageException(String message) {
    super(Kind.USAGE, Shown.line(message));
  }
}
