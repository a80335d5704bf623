package dev.statecraft.data.image;

/**
 * Turns components into RGB, in the fixed point of libjpeg (jdcolor.c) and Pillow (Convert.c), so
 * that results are theirs to the bit.
 */
final class ComponentColours {
  private static final int HALF = 1 << 15;
  private static final int CR_TO_RED = fixed(1.40200);
  private static final int CB_TO_BLUE = fixed(1.77200);
  private static final int CR_TO_GREEN = -fixed(0.71414);
  private static final int CB_TO_GREEN = -fixed(0.34414);

  private ComponentColours() {}

  private static int fixed(double value) {
    return (int) (value * (1 << 16) + 0.5);
  }

  /**
   * JFIF's YCbCr to RGB, in place.
   *
   * @param stride components of a pixel, of which the first three are converted
   */
  static void yccToRgb(byte[] components, int stride) {
    for (int i = 0; i + 2 < components.length; i += stride) {
      int y = components[i] & 0xFF;
      int cb = (components[i + 1] & 0xFF) - 128;
      int cr = (components[i + 2] & 0xFF) - 128;
      components[i] = clipped(y + ((CR_TO_RED * cr + HALF) >> 16));
      components[i + 1] = clipped(y + ((CB_TO_GREEN * cb + HALF + CR_TO_GREEN * cr) >> 16));
      components[i + 2] = clipped(y + ((CB_TO_BLUE * cb + HALF) >> 16));
    }
  }

  /**
   * What a JPEG file stores of four inks to the inks that Pillow sees, in place. Adobe's programs
   * store light instead of ink, and Pillow inverts whatever libjpeg gives it.
   *
   * @param transformed whether the first three are YCbCr, of which libjpeg makes {@code 255 - R}
   *     and so on
   */
  static void lightToInks(byte[] components, boolean transformed) {
    if (transformed) {
      yccToRgb(components, 4);
    }
    for (int i = 0; i < components.length; i++) {
      if (i % 4 == 3 || !transformed) {
        components[i] = (byte) ~components[i];
      }
    }
  }

  /** Inks to RGB, each ink as if it were ideal: {@code (1 - c) (1 - k)}. */
  static byte[] ofCmyk(byte[] inks) {
    byte[] rgb = new byte[inks.length / 4 * 3];
    for (int i = 0; i < inks.length / 4; i++) {
      int light = 255 - (inks[4 * i + 3] & 0xFF);
      for (int c = 0; c < 3; c++) {
        int product = (inks[4 * i + c] & 0xFF) * light + 128;
        rgb[3 * i + c] = clipped(light - (((product >> 8) + product) >> 8));
      }
    }
    return rgb;
  }

  private static byte clipped(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
