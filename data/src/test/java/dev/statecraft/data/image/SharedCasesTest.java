package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.DataReader;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs that failed once, with the values that are right. */
@Tag("real-data")
class SharedCasesTest {
  private static Path file(String name) {
    return Path.of(System.getProperty("statecraft.root"))
        .resolve(System.getProperty("statecraft.shared"))
        .resolve("cases")
        .resolve(name);
  }

  @Test
  void aColourProfileChangesNothing() {
    Picture profiled = ImageDecoder.decode(file("colour/real_p3.jpg"), true);
    Picture plain = ImageDecoder.decode(file("colour/real_none.jpg"), true);
    assertThat(profiled.samples()).isEqualTo(plain.samples());
    assertThat(count(profiled, 250, 20, 20)).isGreaterThan(100);
    assertThat(count(profiled, 19, 220, 240)).isGreaterThan(100);
  }

  private static int count(Picture picture, int red, int green, int blue) {
    int count = 0;
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        boolean same =
            picture.sample(x, y, 0) == red
                && picture.sample(x, y, 1) == green
                && picture.sample(x, y, 2) == blue;
        count += same ? 1 : 0;
      }
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(strings = {"damaged-1.png", "damaged-2.gif", "grey30000x8000.png"})
  void damagedImagesAreNamed(String name) {
    Path image = file("images/" + name);
    assertThatThrownBy(() -> ImageDecoder.decode(image, true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(image + ": the image cannot be decoded: ");
  }

  @Test
  void anIdxFileWhoseSizesOverflowIsNamed() {
    Path images = file("idx/t-images-idx3-ubyte");
    ImageColumns columns = new ImageColumns("image", Optional.empty(), 255, "label");
    ImageOptions options = new ImageOptions(true, ImageOptions.OnError.ERROR);
    assertThatThrownBy(() -> ImageSet.read(images, columns, options, rows -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(images + ": expected [");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nan.jsonl", "concat.jsonl", "arraypretty.jsonl"})
  void rowsAreRead(String name) {
    assertThat(DataReader.read(file("rows/" + name), DataFormat.byEnding())).hasSize(24);
  }
}
