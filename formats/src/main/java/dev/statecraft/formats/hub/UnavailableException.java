package dev.statecraft.formats.hub;

import java.io.IOException;

/** The Hub does not answer, or not now; what is in the cache may still do. */
final class UnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  UnavailableException(String message) {
    super(message);
  }

  UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
