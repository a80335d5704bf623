package dev.statecraft.tensor;

import dev.statecraft.base.StatecraftException;

/** A device that libtorch does not have here. */
public final class NoDeviceException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  NoDeviceException(String message) {
    super(Kind.MACHINE, message);
  }
}
