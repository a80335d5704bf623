package dev.statecraft.formats.hub;

import dev.statecraft.base.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;

/** Answers that are read whole. */
final class Answers {
  private static final int BUFFER = 1 << 16;

  private Answers() {}

  /**
   * All of a body.
   *
   * @param most bytes that it may have
   * @param stall how long nothing may come
   * @throws InvalidInputException if it has more
   * @throws IOException if the connection is cut or silent
   */
  static byte[] read(InputStream body, int most, Duration stall, URI address) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    try (StallGuard guard = new StallGuard(body, stall)) {
      for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
        guard.heard();
        if (bytes.size() + count > most) {
          throw new InvalidInputException(
              address + ": expected an answer of at most " + most + " bytes, found more");
        }
        bytes.write(buffer, 0, count);
      }
    }
    return bytes.toByteArray();
  }
}
