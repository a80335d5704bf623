package dev.statecraft.training;

import dev.statecraft.base.StatecraftException;

/** A loss or gradient that is no finite number; the parameters are those before the step. */
public final class NumericFaultException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  public NumericFaultException(String message) {
    super(Kind.NUMERIC_FAULT, message);
  }
}
