package dev.statecraft.data.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import dev.statecraft.base.InvalidInputException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes image files: PNG, JPEG, GIF (the first frame), BMP and TIFF with the JDK's readers, WebP
 * with TwelveMonkeys'.
 *
 * <p>Samples are taken as they are stored: colour profiles and gamma are not applied, transparency
 * is dropped, and CMYK becomes RGB without a profile, as Pillow's {@code convert("RGB")} does and
 * so transformers do. Of 16 bits the upper 8 are kept (of grey ones Pillow makes white of all above
 * 255). Lossless formats and JPEG come out equal to Pillow's to the bit; lossy WebP differs by 1 of
 * 255 on the average of a photograph, as TwelveMonkeys repeats colours where libwebp interpolates.
 * Of PNG, JPEG and WebP the decoders see but the parts of a file that samples are made from, so
 * nothing in the others can change the picture or be stumbled over.
 */
final class ImageDecoder {
  /** How the JDK warns of a JPEG file without an end, and libjpeg of one without all its data. */
  private static final List<String> CUT_OFF =
      List.of("Truncated File", "Corrupt JPEG data: premature end of data segment");

  private ImageDecoder() {}

  /**
   * Decodes a file; on any thread.
   *
   * @param upright whether to turn the picture as EXIF says
   * @throws InvalidInputException if there is no such file, it is of no format that is read, it is
   *     damaged or cut off, or has more pixels than Pillow would read; the message names the file
   */
  public static Picture decode(Path file, boolean upright) {
    checkThere(file);
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new InvalidInputException(file + ": expected an image file that fits the heap", e);
    }
    return decode(bytes, file.toString(), upright);
  }

  /**
   * Decodes the bytes of a file.
   *
   * @param source what to call it in messages
   * @throws InvalidInputException as {@link #decode(Path, boolean)}
   */
  public static Picture decode(byte[] bytes, String source, boolean upright) {
    return guarded(
        source,
        new ByteArrayImageInputStream(bytes),
        (format, in) -> {
          ImageHeader header = header(format, in);
          Picture picture = picture(format, bytes);
          return upright ? header.orientation().turned(picture) : picture;
        });
  }

  /**
   * Looks at a file without decoding it: that it is there, of a format that is read, not cut off,
   * and of a size that is decoded.
   *
   * @throws InvalidInputException if it is not; the message names the file
   */
  static ImageHeader header(Path file) {
    checkThere(file);
    ImageInputStream in;
    try {
      in = new FileImageInputStream(file.toFile());
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return guarded(file.toString(), in, ImageDecoder::header);
  }

  private static void checkThere(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": expected an image file, found none");
    }
  }

  /** What is done with an open file. */
  private interface Reading<T> {
    T of(ImageFormat format, ImageInputStream in) throws IOException;
  }

  /** Readers throw whatever comes to them of damaged data, and none says which file it is. */
  private static <T> T guarded(String source, ImageInputStream in, Reading<T> reading) {
    ImageFormat format = null;
    try (in) {
      byte[] start = new byte[(int) Math.min(ImageFormat.START, in.length())];
      in.readFully(start);
      format =
          ImageFormat.of(start)
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          source
                              + ": expected a PNG, JPEG, WebP, GIF, BMP or TIFF image, found "
                              + ImageFormat.foreign(start)));
      return reading.of(format, in);
    } catch (InvalidInputException e) {
      throw e;
    } catch (ImageFault e) {
      throw new InvalidInputException(
          source + ": the image cannot be decoded: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new InvalidInputException(
          source + ": the image cannot be decoded: it needs more memory than the heap has", e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new InvalidInputException(
          source + ": the image cannot be decoded: its " + format + " data are damaged", e);
    }
  }

  private static ImageHeader header(ImageFormat format, ImageInputStream in) throws IOException {
    return switch (format) {
      case PNG -> PngFile.read(in).header();
      case JPEG -> JpegFile.read(in).header();
      case WEBP -> WebpFile.read(in).header();
      case GIF, BMP, TIFF -> {
        Orientation orientation = format == ImageFormat.TIFF ? ofTiff(in) : Orientation.UPRIGHT;
        in.seek(0);
        ImageReader reader = reader(format);
        try {
          reader.setInput(in, false, true);
          ImageHeader header = ImageHeader.of(reader.getWidth(0), reader.getHeight(0), orientation);
          if (format == ImageFormat.GIF) {
            checkFillsScreen(header, in);
          }
          yield header;
        } finally {
          reader.dispose();
        }
      }
    };
  }

  /** A frame may be a part of the picture; what lies around it is not agreed on. */
  private static void checkFillsScreen(ImageHeader frame, ImageInputStream in) throws IOException {
    in.setByteOrder(ByteOrder.LITTLE_ENDIAN);
    in.seek(6);
    int width = in.readUnsignedShort();
    int height = in.readUnsignedShort();
    if (width != frame.width() || height != frame.height()) {
      throw new ImageFault(
          "expected a first frame of "
              + width
              + "x"
              + height
              + " as the file says, found one of "
              + frame.width()
              + "x"
              + frame.height());
    }
  }

  /** A TIFF file is built as EXIF data are, but its first directory may lie anywhere. */
  private static Orientation ofTiff(ImageInputStream in) throws IOException {
    byte[] head = new byte[4];
    in.seek(0);
    in.readFully(head);
    in.setByteOrder(head[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    in.seek(in.readUnsignedInt());
    int entries = in.readUnsignedShort();
    byte[] directory = new byte[12 * entries];
    in.readFully(directory);
    in.seek(0);
    ByteBuffer exif = ByteBuffer.allocate(10 + directory.length).order(in.getByteOrder());
    exif.put(head).putInt(8).putShort((short) entries).put(directory);
    return Orientation.ofExif(exif.array()).orElse(Orientation.UPRIGHT);
  }

  private static Picture picture(ImageFormat format, byte[] bytes) throws IOException {
    ImageInputStream in = new ByteArrayImageInputStream(bytes);
    return switch (format) {
      case JPEG -> jpeg(JpegFile.read(in), bytes);
      case PNG -> RasterSamples.picture(read(format, input(PngFile.read(in).bare(bytes))));
      case WEBP ->
          RasterSamples.picture(read(format, new WebpInput(WebpFile.read(in).bare(bytes))));
      case GIF, BMP, TIFF -> RasterSamples.picture(read(format, input(bytes)));
    };
  }

  private static ImageReader reader(ImageFormat format) throws IOException {
    return format == ImageFormat.WEBP
        ? new WebPImageReaderSpi().createReaderInstance(null)
        : ImageIO.getImageReadersByFormatName(format.name().toLowerCase(Locale.ROOT)).next();
  }

  private static ImageInputStream input(byte[] bytes) {
    return new ByteArrayImageInputStream(bytes);
  }

  private static BufferedImage read(ImageFormat format, ImageInputStream from) throws IOException {
    ImageReader reader = reader(format);
    try (ImageInputStream in = from) {
      reader.setInput(in, false, true);
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  private static Picture jpeg(JpegFile file, byte[] bytes) throws IOException {
    Raster raster = components(file.bare(bytes));
    byte[] samples = RasterSamples.bytes(raster);
    int width = raster.getWidth();
    int height = raster.getHeight();
    return switch (file.colours()) {
      case GREY -> new Picture(width, height, 1, samples);
      case RGB -> new Picture(width, height, 3, samples);
      case YCC -> {
        ComponentColours.yccToRgb(samples, 3);
        yield new Picture(width, height, 3, samples);
      }
      case CMYK, YCCK -> {
        ComponentColours.lightToInks(samples, file.colours() == JpegFile.Colours.YCCK);
        yield new Picture(width, height, 3, ComponentColours.ofCmyk(samples));
      }
    };
  }

  private static Raster components(byte[] bare) throws IOException {
    ImageReader reader = reader(ImageFormat.JPEG);
    try (ImageInputStream in = new ByteArrayImageInputStream(bare)) {
      List<String> warnings = new ArrayList<>();
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(in, true, true);
      Raster raster = reader.readRaster(0, null);
      // Of a JPEG file that is cut off, the JDK paints the rest grey and only warns.
      if (CUT_OFF.stream().allMatch(sign -> warnings.stream().anyMatch(w -> w.startsWith(sign)))) {
        throw ImageFault.cutOff();
      }
      return raster;
    } finally {
      reader.dispose();
    }
  }
}
