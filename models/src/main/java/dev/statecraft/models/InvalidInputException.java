package dev.statecraft.models;

/**
 * Input that cannot be used: the message names the file or key, what was expected and what was
 * found.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidInputException(String message) {
    super(message);
  }

  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
