package dev.statecraft.data.image;

import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** A picture that is decoded whenever it is asked for, and then forgotten. */
@FunctionalInterface
public interface PictureSource {
  /**
   * Fetches the picture; on any thread, and on several at once.
   *
   * @throws dev.statecraft.base.InvalidInputException if it cannot be read or decoded; the message
   *     names the file
   */
  Picture fetch();

  /**
   * Looks at what can be seen of the picture without decoding it.
   *
   * @throws dev.statecraft.base.InvalidInputException if it shows that the picture cannot be
   *     fetched; the message names the file
   */
  default void check() {}

  /** What messages call the picture. */
  default String name() {
    return "a picture";
  }

  /** The same picture, changed whenever it is fetched. */
  default PictureSource changed(UnaryOperator<Picture> change) {
    return new ChangedPicture(this, change);
  }

  /**
   * The picture of an image file.
   *
   * @param upright whether it is turned as EXIF says
   */
  static PictureSource ofFile(Path file, boolean upright) {
    return new PictureFile(file, upright);
  }
}
