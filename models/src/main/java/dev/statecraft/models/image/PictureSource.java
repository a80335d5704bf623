package dev.statecraft.models.image;

/** A picture that is decoded whenever it is asked for, and then forgotten. */
@FunctionalInterface
public interface PictureSource {
  /**
   * Fetches the picture; on any thread, and on several at once.
   *
   * @throws dev.statecraft.models.InvalidInputException if it cannot be read or decoded; the
   *     message names the file
   */
  Picture fetch();
}
