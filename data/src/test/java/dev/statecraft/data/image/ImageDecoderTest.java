package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
}
