package dev.statecraft.jinja;

/** What an operation on values cannot do; rendering adds the place to it. */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Fault(String message) {
    super(message);
  }
}
