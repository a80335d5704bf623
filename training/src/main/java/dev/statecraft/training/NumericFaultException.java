package dev.statecraft.training;

/** A loss or gradient that is no finite number; the parameters are those before the step. */
public final class NumericFaultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NumericFaultException(String message) {
    super(message);
  }
}
