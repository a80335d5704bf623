package dev.statecraft.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Makes pictures of what the JDK's readers decode. Nothing is drawn or asked for its RGB value
 * (palettes apart): the JDK would convert between colour spaces.
 */
final class RasterSamples {
  private RasterSamples() {}

  /** Samples as they are stored: transparency is dropped, wider samples are narrowed. */
  static Picture picture(BufferedImage image) throws ImageFault {
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getColorModel() instanceof IndexColorModel) {
      return ofRgb(image.getRGB(0, 0, width, height, null, 0, width), width, height);
    }
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    int colours = image.getColorModel().getColorSpace().getType();
    if (colours == ColorSpace.TYPE_CMYK && bands == 4) {
      byte[] inks = bytes(raster);
      return new Picture(width, height, 3, ComponentColours.ofCmyk(inks));
    }
    if (colours != ColorSpace.TYPE_GRAY && colours != ColorSpace.TYPE_RGB) {
      throw new ImageFault("expected grey, RGB or CMYK, found " + bands + " channels of another");
    }
    // Grey or RGB, each with or without transparency.
    int channels = bands <= 2 ? 1 : 3;
    return new Picture(width, height, channels, firstBands(bytes(raster), bands, channels));
  }

  /** All samples, a byte each, pixel after pixel; perhaps the raster's own. */
  static byte[] bytes(Raster raster) throws ImageFault {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int type = raster.getDataBuffer().getDataType();
    boolean wide = type == DataBuffer.TYPE_USHORT || type == DataBuffer.TYPE_INT;
    if (type != DataBuffer.TYPE_BYTE && !wide) {
      throw new ImageFault("expected whole numbers of up to 16 bits as samples, found others");
    }
    if (type != DataBuffer.TYPE_BYTE
        || !(raster.getSampleModel() instanceof ComponentSampleModel model)) {
      return narrowed(raster, width, height);
    }
    byte[] own = ((DataBufferByte) raster.getDataBuffer()).getData();
    boolean inOrder =
        model.getPixelStride() == raster.getNumBands()
            && model.getScanlineStride() == width * raster.getNumBands()
            && own.length == width * height * raster.getNumBands()
            && isAscending(model.getBandOffsets());
    return inOrder ? own : (byte[]) raster.getDataElements(0, 0, width, height, null);
  }

  private static boolean isAscending(int[] offsets) {
    for (int i = 0; i < offsets.length; i++) {
      if (offsets[i] != i) {
        return false;
      }
    }
    return true;
  }

  /** Samples of any width as bytes, a row at a time. */
  private static byte[] narrowed(Raster raster, int width, int height) throws ImageFault {
    int bands = raster.getNumBands();
    int[] bits = raster.getSampleModel().getSampleSize();
    for (int width1 : bits) {
      if (width1 > 16) {
        throw new ImageFault("expected samples of up to 16 bits, found " + width1);
      }
    }
    byte[] bytes = new byte[width * height * bands];
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int i = 0; i < row.length; i++) {
        int b = bits[i % bands];
        bytes[y * row.length + i] =
            (byte) (b >= 8 ? row[i] >>> (b - 8) : row[i] * 255 / ((1 << b) - 1));
      }
    }
    return bytes;
  }

  private static byte[] firstBands(byte[] samples, int bands, int channels) {
    if (bands == channels) {
      return samples;
    }
    byte[] kept = new byte[samples.length / bands * channels];
    for (int i = 0; i < samples.length / bands; i++) {
      System.arraycopy(samples, i * bands, kept, i * channels, channels);
    }
    return kept;
  }

  private static Picture ofRgb(int[] colours, int width, int height) {
    byte[] samples = new byte[3 * colours.length];
    for (int i = 0; i < colours.length; i++) {
      samples[3 * i] = (byte) (colours[i] >> 16);
      samples[3 * i + 1] = (byte) (colours[i] >> 8);
      samples[3 * i + 2] = (byte) colours[i];
    }
    return new Picture(width, height, 3, samples);
  }
}
