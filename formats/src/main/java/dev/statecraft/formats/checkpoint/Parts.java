package dev.statecraft.formats.checkpoint;

import java.util.Objects;

/** The check that every source makes of the part of a tensor it is asked for. */
final class Parts {
  private Parts() {}

  /**
   * Checks that a part lies within a tensor and holds whole elements.
   *
   * @throws IndexOutOfBoundsException if it is not within the tensor
   * @throws IllegalArgumentException if it splits an element
   */
  static void check(TensorEntry entry, long offset, int length) {
    Objects.checkFromIndexSize(offset, (long) length, entry.bytes());
    int unit = entry.type().bytes();
    if (offset % unit != 0 || length % unit != 0) {
      throw new IllegalArgumentException(
          entry + ": bytes " + offset + " to " + (offset + length) + " are not whole elements");
    }
  }
}
