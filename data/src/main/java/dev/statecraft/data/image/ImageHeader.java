package dev.statecraft.data.image;

/**
 * What an image file says of its picture before it is decoded.
 *
 * @param width pixels of a row, as they are stored
 * @param height rows, as they are stored
 * @param orientation how the picture is to be turned
 */
public record ImageHeader(int width, int height, Orientation orientation) {
  /**
   * The most pixels of a picture: where Pillow, too, takes a file for a decompression bomb (twice
   * its {@code MAX_IMAGE_PIXELS}). A file of a few kilobytes can claim any size.
   */
  public static final long MAX_PIXELS = 178_956_970;

  /**
   * Checks the size.
   *
   * @throws ImageFault if the picture has no pixels, or more than are decoded
   */
  static ImageHeader of(long width, long height, Orientation orientation) throws ImageFault {
    if (width < 1 || height < 1) {
      throw new ImageFault(
          "expected a picture of one pixel or more, found " + width + "x" + height);
    }
    if (width > MAX_PIXELS || height > MAX_PIXELS || width * height > MAX_PIXELS) {
      throw new ImageFault(
          "expected a picture of up to " + MAX_PIXELS + " pixels, found " + width + "x" + height);
    }
    return new ImageHeader((int) width, (int) height, orientation);
  }
}
