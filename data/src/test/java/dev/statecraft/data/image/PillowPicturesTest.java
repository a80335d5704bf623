package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small files of all kinds come out as Pillow 13 opens them: {@code
 * ImageOps.exif_transpose(Image.open(file)).convert("RGB")}. The profiles in them exchange red and
 * blue, so whoever applies one is far off.
 */
class PillowPicturesTest {
  /** What Pillow made of a file. */
  record Opened(String file, int width, int height, String rgb) {
    @Override
    public String toString() {
      return file;
    }
  }

  static Stream<Opened> opened() throws IOException {
    return new String(bytes("pillow.txt"), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split(" "))
        .map(
            word ->
                new Opened(word[0], Integer.parseInt(word[1]), Integer.parseInt(word[2]), word[3]));
  }

  private static byte[] bytes(String file) throws IOException {
    try (InputStream in = PillowPicturesTest.class.getResourceAsStream("/images/" + file)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("opened")
  void aFileComesOutAsPillowOpensIt(Opened opened) throws IOException {
    Picture picture = ImageDecoder.decode(bytes(opened.file()), opened.file(), true);
    assertThat(picture.width()).isEqualTo(opened.width());
    assertThat(picture.height()).isEqualTo(opened.height());
    assertThat(HexFormat.of().formatHex(picture.withChannels(3).samples())).isEqualTo(opened.rgb());
  }

  @ParameterizedTest
  @ValueSource(strings = {"turned-6.jpg", "turned-6.png", "turned-6.webp", "turned-6.tif"})
  void orientationCanBeLeft(String file) throws IOException {
    Picture upright = ImageDecoder.decode(bytes(file), file, true);
    Picture stored = ImageDecoder.decode(bytes(file), file, false);
    assertThat(upright.width()).isEqualTo(10);
    assertThat(stored.width()).isEqualTo(12);
    assertThat(Orientation.QUARTER_TURN.turned(stored).samples()).isEqualTo(upright.samples());
    assertThat(stored.samples()).isNotEqualTo(upright.samples());
  }

  @Test
  void everyBytePutElsewhereIsAPictureOrOurError() throws IOException {
    for (Opened opened : opened().toList()) {
      byte[] whole = bytes(opened.file());
      for (int i = 0; i < whole.length; i += 1 + i / 20) {
        for (int value : new int[] {0, 0x7F, 0xFF}) {
          byte[] damaged = whole.clone();
          damaged[i] = (byte) value;
          decodedOrRefused(damaged, opened.file());
        }
        decodedOrRefused(Arrays.copyOf(whole, i), opened.file());
      }
    }
  }

  private static void decodedOrRefused(byte[] bytes, String source) {
    try {
      assertThat(ImageDecoder.decode(bytes, source, true).width()).isPositive();
    } catch (InvalidInputException e) {
      assertThat(e.getMessage())
          .startsWith(source + ": ")
          .doesNotContain("\n", "Exception", "javax", "null");
    }
  }
}
