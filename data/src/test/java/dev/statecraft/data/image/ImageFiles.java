package dev.statecraft.data.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Makes image files and pictures for tests. */
final class ImageFiles {
  private ImageFiles() {}

  /** A picture whose samples follow a formula that Python's Pillow was given too. */
  static Picture picture(int width, int height, int channels) {
    byte[] samples = new byte[width * height * channels];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (37 * i * i + 91 * i + 13 * (i / 3));
    }
    return new Picture(width, height, channels, samples);
  }

  /** A picture of one colour. */
  static Picture plain(int width, int height, int... colour) {
    byte[] samples = new byte[width * height * colour.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) colour[i % colour.length];
    }
    return new Picture(width, height, colour.length, samples);
  }

  static int[] samples(Picture picture) {
    int[] samples = new int[picture.samples().length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = picture.samples()[i] & 0xFF;
    }
    return samples;
  }

  /** Writes a picture as PNG or JPEG, as the name's ending says. */
  static Path write(Path file, Picture picture) {
    boolean grey = picture.channels() == 1;
    BufferedImage image =
        new BufferedImage(
            picture.width(),
            picture.height(),
            grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    image.getRaster().setPixels(0, 0, picture.width(), picture.height(), samples(picture));
    return write(file, image);
  }

  static Path write(Path file, BufferedImage image) {
    String name = file.getFileName().toString();
    try {
      Files.createDirectories(file.getParent());
      String format = name.endsWith(".png") ? "png" : "jpg";
      if (!ImageIO.write(image, format, file.toFile())) {
        throw new IllegalArgumentException("cannot write " + file);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] gzipped(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
