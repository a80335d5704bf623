package dev.statecraft.base;

/**
 * Input given by the user cannot be used: a file, a setting, a column. The message names the file
 * or key, what was expected and what was found, and is fit to be shown as it is, without a stack
 * trace: on one line, as {@link Shown#line} has it.
 */
public class InvalidInputException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  /** An error with a message for the user. */
  public InvalidInputException(String message) {
    super(Kind.INPUT, Shown.line(message));
  }

  /** An error with a message for the user and the failure below it. */
  public InvalidInputException(String message, Throwable cause) {
    super(Kind.INPUT, Shown.line(message), cause);
  }
}
