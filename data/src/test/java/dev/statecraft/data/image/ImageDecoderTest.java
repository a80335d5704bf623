package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.statecraft.base.InvalidInputException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  @TempDir private Path folder;

  private static Picture decode(Path file) {
    return ImageDecoder.decode(file, true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void samplesOfPngAreThoseOfTheFile(int channels) {
    Picture picture = ImageFiles.picture(7, 5, channels);
    Picture read = decode(ImageFiles.write(folder.resolve("a.png"), picture));
    assertThat(read.channels()).isEqualTo(channels);
    assertThat(read.width()).isEqualTo(7);
    // Grey, too: no conversion between colour spaces.
    assertThat(ImageFiles.samples(read)).isEqualTo(ImageFiles.samples(picture));
  }

  @Test
  void transparencyIsDropped() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00102030);
    image.setRGB(1, 0, 0x80FF0001);
    Picture read = decode(ImageFiles.write(folder.resolve("a.png"), image));
    assertThat(ImageFiles.samples(read)).containsExactly(0x10, 0x20, 0x30, 0xFF, 0, 1);
  }

  @Test
  void palettesAreLookedUp() {
    byte[] ramp = {0, 50, (byte) 200, (byte) 255};
    byte[] other = {9, 8, 7, 6};
    BufferedImage image =
        new BufferedImage(
            2, 2, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(2, 4, ramp, other, ramp));
    image.getRaster().setPixels(0, 0, 2, 2, new int[] {0, 1, 2, 3});
    Picture read = decode(ImageFiles.write(folder.resolve("a.png"), image));
    assertThat(ImageFiles.samples(read))
        .containsExactly(0, 9, 0, 50, 8, 50, 200, 7, 200, 255, 6, 255);
  }

  @Test
  void of16BitsTheUpper8AreKept() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setPixels(0, 0, 2, 1, new int[] {0x12FF, 0xFE00});
    Picture read = decode(ImageFiles.write(folder.resolve("a.png"), image));
    assertThat(ImageFiles.samples(read)).containsExactly(0x12, 0xFE);
  }

  @Test
  void jpegIsReadInColourAndGrey() {
    Picture red =
        decode(ImageFiles.write(folder.resolve("r.jpg"), ImageFiles.plain(16, 8, 250, 10, 20)));
    assertThat(red.channels()).isEqualTo(3);
    assertThat(red.sample(5, 5, 0)).isBetween(245, 255);
    assertThat(red.sample(5, 5, 2)).isBetween(15, 25);
    Picture grey = decode(ImageFiles.write(folder.resolve("g.jpg"), ImageFiles.plain(16, 8, 99)));
    assertThat(grey.channels()).isEqualTo(1);
    assertThat(grey.sample(5, 5, 0)).isBetween(98, 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "a.jpg"})
  void aFileThatIsCutOffIsAnErrorThatNamesIt(String name) throws IOException {
    Path file = ImageFiles.write(folder.resolve(name), ImageFiles.picture(64, 48, 3));
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {40, bytes.length / 2, bytes.length * 3 / 4}) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> decode(file))
          .as("%s of %s bytes", length, bytes.length)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(file + ": the image cannot be decoded: ")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void otherFilesAreErrorsThatNameThem() {
    Path text =
        ImageFiles.write(folder.resolve("a.png"), "no image".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            text + ": expected a PNG, JPEG, WebP, GIF, BMP or TIFF image, found another format");
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> decode(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(missing + ": expected an image file, found none");
  }

  @Test
  void otherFormatsAreNamed() {
    for (String[] known :
        new String[][] {
          {"\0\0\0\u001cftypheic\0\0\0\0", "HEIC"},
          {"\0\0\0\u001cftypavif\0\0\0\0", "AVIF"},
          {"<svg xmlns=", "SVG"},
          {"<!DOCTYPE html>", "a page of the web"},
          {"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"},
          {"", "an empty file"}
        }) {
      byte[] bytes = known[0].getBytes(StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> ImageDecoder.decode(bytes, "a.jpg", true))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("a.jpg: expected a PNG, JPEG, WebP, GIF, BMP or TIFF image")
          .hasMessageContaining("found " + known[1]);
    }
  }

  /** A PNG of any size in a few bytes. */
  private static byte[] claiming(int width, int height) {
    ByteBuffer png = ByteBuffer.allocate(8 + 25 + 12 + 12);
    png.putLong(0x89504E470D0A1A0AL).putInt(13).putInt(0x49484452).putInt(width).putInt(height);
    png.put(new byte[] {8, 2, 0, 0, 0}).putInt(0);
    png.putInt(0).putInt(0x49444154).putInt(0);
    return png.putInt(0).putInt(0x49454E44).putInt(0).array();
  }

  @Test
  void picturesOfMorePixelsThanPillowReadsAreRefusedBeforeMemoryIsTaken() {
    for (int[] size : new int[][] {{30_000, 8_000}, {1, 178_956_971}, {-1, -1}, {0, 5}}) {
      byte[] bomb = claiming(size[0], size[1]);
      assertThatThrownBy(() -> ImageDecoder.decode(bomb, "a.png", true))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("a.png: the image cannot be decoded: expected a picture of ")
          .hasMessageContaining(
              "found "
                  + Integer.toUnsignedString(size[0])
                  + "x"
                  + Integer.toUnsignedString(size[1]));
    }
  }

  @Test
  void aHeaderShowsAFileThatIsCutOff() throws IOException {
    for (String name : new String[] {"a.png", "a.jpg"}) {
      Path file = ImageFiles.write(folder.resolve(name), ImageFiles.picture(64, 48, 3));
      assertThat(ImageDecoder.header(file)).isEqualTo(new ImageHeader(64, 48, Orientation.UPRIGHT));
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length * 3 / 4));
      assertThatThrownBy(() -> ImageDecoder.header(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(file + ": the image cannot be decoded: the file is cut off");
    }
  }

  @Test
  void losslessWebpThatEndsEarlyIsCutOffAndNotFilledUp() {
    // A bit a pixel: all there, and two bytes less than that.
    byte[] pixels = new byte[64 * 64 / 8];
    Arrays.fill(pixels, (byte) 0b0101_0101);
    Picture whole = ImageDecoder.decode(losslessWebp(64, 64, pixels), "w.webp", true);
    assertThat(whole.sample(0, 0, 1) + whole.sample(1, 0, 1)).isEqualTo(20 + 200);
    assertThat(whole.sample(63, 63, 1) + whole.sample(62, 63, 1)).isEqualTo(20 + 200);
    byte[] less = Arrays.copyOf(pixels, pixels.length - 2);
    assertThatThrownBy(() -> ImageDecoder.decode(losslessWebp(64, 64, less), "w.webp", true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("w.webp: the image cannot be decoded: the file is cut off");
  }

  @Test
  void losslessWebpThatClaimsMorePixelsThanItHasTakesNoTime() {
    byte[] file = losslessWebp(4096, 2048, new byte[20_000]);
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () ->
            assertThatThrownBy(() -> ImageDecoder.decode(file, "w.webp", true))
                .hasMessage("w.webp: the image cannot be decoded: the file is cut off"));
  }

  @Test
  void aPlainPictureOfWebpMayHaveManyPixelsInFewBytes() {
    // As Pillow writes Image.new("RGB", (1000, 1000), (250, 20, 30)) without loss.
    byte[] file =
        HexFormat.of()
            .parseHex(
                "524946464e000000574542505650384c410000002fe7c3f90007508aead7a3ff010149d2ffff6444ff33fef39ffffce73ffff9cf7ffef39ffffce73ffff9cf7ffef39ffffce73ffff9cf7ffef39ffffce73fff270300");
    Picture picture = ImageDecoder.decode(file, "w.webp", true);
    assertThat(picture.width()).isEqualTo(1000);
    assertThat(picture.sample(999, 999, 0)).isEqualTo(250);
    assertThat(picture.sample(999, 999, 1)).isEqualTo(20);
    assertThat(picture.sample(999, 999, 2)).isEqualTo(30);
  }

  /** Two shades of green, a bit for each pixel (WebP lossless bitstream specification, 6.2). */
  private static byte[] losslessWebp(int width, int height, byte[] pixels) {
    BitSet bits = new BitSet();
    int at = 0;
    int[][] fields = {
      {0x2f, 8},
      {width - 1, 14},
      {height - 1, 14},
      // No transparency, version 0, no transform, no colour cache, one group of codes.
      {0, 1 + 3 + 1 + 1 + 1},
      // Green: a simple code of two symbols of 8 bits. Red, blue, alpha, distance: of one, 0.
      {0b111, 3},
      {20, 8},
      {200, 8},
      {0b0001, 4},
      {0b0001, 4},
      {0b0001, 4},
      {0b0001, 4},
    };
    for (int[] field : fields) {
      for (int i = 0; i < field[1]; i++) {
        bits.set(at++, (field[0] >> i & 1) == 1);
      }
    }
    for (int i = 0; i < 8 * pixels.length; i++) {
      bits.set(at++, (pixels[i / 8] >> i % 8 & 1) == 1);
    }
    byte[] data = Arrays.copyOf(bits.toByteArray(), (at + 7) / 8);
    int padded = data.length + data.length % 2;
    return ByteBuffer.allocate(20 + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.ISO_8859_1))
        .putInt(12 + padded)
        .put("WEBPVP8L".getBytes(StandardCharsets.ISO_8859_1))
        .putInt(data.length)
        .put(data)
        .array();
  }
}
