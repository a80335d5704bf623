package dev.statecraft.studio.track;

import java.io.IOException;

/** A server answered that it will not, so that asking again is of no use. */
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status; 200 for an answer that is not MLflow's. */
  int status() {
    return status;
  }
}
