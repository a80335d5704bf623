package dev.statecraft.data.image;

import java.nio.file.Path;

/**
 * A picture in an image file.
 *
 * @param upright whether it is turned as EXIF says
 */
record PictureFile(Path file, boolean upright) implements PictureSource {
  @Override
  public Picture fetch() {
    return ImageDecoder.decode(file, upright);
  }

  @Override
  public void check() {
    ImageDecoder.header(file);
  }

  @Override
  public String name() {
    return file.toString();
  }
}
