package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResizingTest {
  private static final Pattern LINE =
      Pattern.compile("([a-z]+) ([0-9]+)x([0-9]+)x([0-9]+) ([0-9]+)x([0-9]+): ([0-9 ]+)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Lines such as {@code bilinear 7x5x1 3x2: 12 200 ...}, which Pillow computed. */
  static List<String> pillow() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                ResizingTest.class.getResourceAsStream("/images/pillow-resize.txt"),
                StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("pillow")
  void everyFilterIsPillowsToTheBit(String line) {
    Matcher parts = LINE.matcher(line);
    assertThat(parts.matches()).isTrue();
    Picture picture = ImageFiles.picture(number(parts, 2), number(parts, 3), number(parts, 4));
    int[] expected =
        NUMBER
            .matcher(parts.group(7))
            .results()
            .mapToInt(n -> Integer.parseInt(n.group()))
            .toArray();
    String filter = parts.group(1).toUpperCase(Locale.ROOT);
    Picture result =
        filter.equals("LUMA")
            ? picture.withChannels(1)
            : Resizing.resize(
                picture, number(parts, 5), number(parts, 6), Resample.valueOf(filter));
    assertThat(ImageFiles.samples(result)).isEqualTo(expected);
  }

  private static int number(Matcher parts, int group) {
    return Integer.parseInt(parts.group(group));
  }

  @Test
  void everyFilterIsAmongTheVectors() {
    assertThat(pillow().stream().map(line -> line.substring(0, line.indexOf(' '))))
        .containsAll(
            Arrays.stream(Resample.values()).map(f -> f.name().toLowerCase(Locale.ROOT)).toList())
        .hasSizeGreaterThan(30);
  }

  @Test
  void aPlainPictureStaysPlain() {
    Picture plain = ImageFiles.plain(13, 9, 200, 3, 255);
    for (Resample filter : Resample.values()) {
      Picture resized = Resizing.resize(plain, 5, 31, filter);
      assertThat(ImageFiles.samples(resized))
          .isEqualTo(ImageFiles.samples(ImageFiles.plain(5, 31, 200, 3, 255)));
    }
  }
}
