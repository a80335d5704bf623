package dev.statecraft.data.image;

import dev.statecraft.base.UsageException;
import java.util.Optional;

/**
 * Which columns of a data file are a picture and its label.
 *
 * @param image the column of the path of an image file, relative to the data file's folder
 * @param pixels where a row holds a grey picture itself: what the names of its columns begin with;
 *     a number from the first pixel on, row by row, follows
 * @param pixelMax the value of a white pixel in such columns
 * @param label the column of the label
 */
public record ImageColumns(String image, Optional<String> pixels, double pixelMax, String label) {
  /**
   * Checks the value of white.
   *
   * @throws UsageException if it is not a number above 0
   */
  public ImageColumns {
    if (!(pixelMax > 0) || Double.isInfinite(pixelMax)) {
      throw new UsageException("pixel_max: expected a number above 0, found " + pixelMax);
    }
  }
}
