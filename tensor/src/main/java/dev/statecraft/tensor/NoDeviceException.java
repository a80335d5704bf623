package dev.statecraft.tensor;

/** A device that libtorch does not have here. */
public final class NoDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoDeviceException(String message) {
    super(message);
  }
}
