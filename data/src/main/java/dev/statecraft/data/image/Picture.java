package dev.statecraft.data.image;

/**
 * A picture in memory, 8 bits a sample, grey or RGB. Immutable.
 *
 * <p>Samples are {@code [height, width, channels]}, row-major.
 */
public final class Picture {
  private final int width;
  private final int height;
  private final int channels;
  private final byte[] samples;

  /**
   * A picture of samples that nobody changes any more.
   *
   * @param channels 1 (grey) or 3 (red, green, blue)
   * @param samples {@code [height, width, channels]}, each from 0 to 255 as an unsigned byte
   * @throws IllegalArgumentException if the sizes do not fit one another
   */
  public Picture(int width, int height, int channels, byte[] samples) {
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "expected a picture of 1 or 3 channels, found " + width + "x" + height + "x" + channels);
    }
    if (samples.length != (long) width * height * channels) {
      throw new IllegalArgumentException(
          "expected "
              + (long) width * height * channels
              + " samples for "
              + width
              + "x"
              + height
              + "x"
              + channels
              + ", found "
              + samples.length);
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.samples = samples;
  }

  /** Pixels of a row. */
  public int width() {
    return width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** 1 (grey) or 3 (red, green, blue). */
  public int channels() {
    return channels;
  }

  /** One sample, 0 to 255. */
  public int sample(int x, int y, int channel) {
    return samples[(y * width + x) * channels + channel] & 0xFF;
  }

  /** All samples {@code [height, width, channels]}; not to be changed. */
  public byte[] samples() {
    return samples;
  }

  /**
   * The same in grey (1) or RGB (3). Grey becomes three equal channels. RGB becomes its luma,
   * {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601) in Pillow's fixed point.
   *
   * @throws IllegalArgumentException for another number of channels
   */
  public Picture withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    int pixels = width * height;
    byte[] converted = new byte[pixels * wanted];
    for (int i = 0; i < pixels; i++) {
      if (wanted == 3) {
        converted[3 * i] = samples[i];
        converted[3 * i + 1] = samples[i];
        converted[3 * i + 2] = samples[i];
      } else {
        int red = samples[3 * i] & 0xFF;
        int green = samples[3 * i + 1] & 0xFF;
        int blue = samples[3 * i + 2] & 0xFF;
        converted[i] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
      }
    }
    return new Picture(width, height, wanted, converted);
  }

  /**
   * A window of this picture, black where it reaches over an edge.
   *
   * @param left column of the window's first pixel, negative to begin before the picture
   * @param top row of the window's first pixel, negative likewise
   */
  public Picture window(int left, int top, int windowWidth, int windowHeight) {
    byte[] window = new byte[windowWidth * windowHeight * channels];
    int from = Math.max(0, left);
    int to = Math.min(width, left + windowWidth);
    for (int y = Math.max(0, top); y < Math.min(height, top + windowHeight) && from < to; y++) {
      System.arraycopy(
          samples,
          (y * width + from) * channels,
          window,
          ((y - top) * windowWidth + from - left) * channels,
          (to - from) * channels);
    }
    return new Picture(windowWidth, windowHeight, channels, window);
  }

  /** Left and right exchanged. */
  Picture mirrored() {
    byte[] mirrored = new byte[samples.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        System.arraycopy(
            samples,
            (y * width + x) * channels,
            mirrored,
            (y * width + width - 1 - x) * channels,
            channels);
      }
    }
    return new Picture(width, height, channels, mirrored);
  }
}
