package dev.statecraft.models.image;

import dev.statecraft.models.InvalidInputException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes image files with the JDK's readers (PNG, JPEG, and whatever else it has).
 *
 * <p>Samples are taken as they are stored: colour profiles, gamma and the orientation that EXIF
 * names are not applied, transparency is dropped, and of 16 bits the upper 8 are kept, as Pillow
 * and so transformers do. (That is why nothing is drawn or asked for its RGB value here: the JDK
 * would convert grey from a linear colour space.)
 */
public final class ImageDecoder {
  /** How the JDK warns of a JPEG file without an end, and libjpeg of one without all its data. */
  private static final List<String> CUT_OFF =
      List.of("Truncated File", "Corrupt JPEG data: premature end of data segment");

  private ImageDecoder() {}

  /**
   * Decodes a file; on any thread.
   *
   * @throws InvalidInputException if there is no such file, it is no image that the JDK can decode,
   *     or it is damaged or cut off; the message names the file
   */
  public static Picture decode(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": expected an image file, found none");
    }
    try {
      return decode(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Decodes the bytes of a file.
   *
   * @param source what to call it in messages
   * @throws InvalidInputException as {@link #decode(Path)}
   */
  public static Picture decode(byte[] bytes, String source) {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new InvalidInputException(
            source + ": expected a PNG or JPEG image, found another format");
      }
      return picture(read(readers.next(), stream));
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // Damaged files make the readers throw all of these.
      throw new InvalidInputException(
          source + ": the image cannot be decoded: " + e.getMessage(), e);
    }
  }

  private static BufferedImage read(ImageReader reader, ImageInputStream stream)
      throws IOException {
    try {
      List<String> warnings = new ArrayList<>();
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(stream, true, true);
      BufferedImage image = reader.read(0);
      // Of a JPEG file that is cut off, the JDK paints the rest grey and only warns.
      if (CUT_OFF.stream().allMatch(sign -> warnings.stream().anyMatch(w -> w.startsWith(sign)))) {
        throw new IOException("the file is cut off");
      }
      return image;
    } finally {
      reader.dispose();
    }
  }

  private static Picture picture(BufferedImage image) throws IOException {
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getColorModel() instanceof IndexColorModel) {
      return ofRgb(image.getRGB(0, 0, width, height, null, 0, width), width, height);
    }
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    // Grey or RGB, each with or without transparency.
    int channels = bands <= 2 ? 1 : 3;
    int colours = image.getColorModel().getColorSpace().getType();
    if (colours != ColorSpace.TYPE_GRAY && colours != ColorSpace.TYPE_RGB) {
      throw new IOException("expected grey or RGB, found " + bands + " channels of other colours");
    }
    boolean bytes =
        raster.getDataBuffer().getDataType() == DataBuffer.TYPE_BYTE
            && raster.getSampleModel() instanceof ComponentSampleModel;
    byte[] stored =
        bytes
            ? (byte[]) raster.getDataElements(0, 0, width, height, null)
            : narrowed(raster, width, height);
    return new Picture(width, height, channels, firstBands(stored, bands, channels));
  }

  /** Samples of any width as bytes. */
  private static byte[] narrowed(Raster raster, int width, int height) {
    int bits = raster.getSampleModel().getSampleSize(0);
    int[] samples = raster.getPixels(0, 0, width, height, (int[]) null);
    byte[] bytes = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      bytes[i] =
          (byte) (bits >= 8 ? samples[i] >>> (bits - 8) : samples[i] * 255 / ((1 << bits) - 1));
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
