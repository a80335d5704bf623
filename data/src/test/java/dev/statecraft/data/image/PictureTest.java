package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PictureTest {
  private final Picture picture = new Picture(3, 2, 1, new byte[] {1, 2, 3, 4, 5, (byte) 250});

  @Test
  void greyBecomesThreeEqualChannels() {
    assertThat(ImageFiles.samples(new Picture(2, 1, 1, new byte[] {7, (byte) 200}).withChannels(3)))
        .containsExactly(7, 7, 7, 200, 200, 200);
  }

  @Test
  void aWindowIsBlackBeyondThePicture() {
    assertThat(ImageFiles.samples(picture.window(1, -1, 3, 3)))
        .containsExactly(0, 0, 0, 2, 3, 0, 5, 250, 0);
    assertThat(ImageFiles.samples(picture.window(5, 0, 2, 1))).containsExactly(0, 0);
    assertThat(ImageFiles.samples(picture.window(-9, 1, 2, 1))).containsExactly(0, 0);
  }

  @Test
  void mirroringExchangesLeftAndRightOfEveryChannel() {
    assertThat(ImageFiles.samples(picture.mirrored())).containsExactly(3, 2, 1, 250, 5, 4);
    Picture rgb = ImageFiles.picture(4, 3, 3);
    Picture mirrored = rgb.mirrored();
    assertThat(mirrored.sample(0, 2, 1)).isEqualTo(rgb.sample(3, 2, 1));
    assertThat(ImageFiles.samples(mirrored.mirrored())).isEqualTo(ImageFiles.samples(rgb));
  }

  @Test
  void samplesMustFitTheSize() {
    assertThatThrownBy(() -> new Picture(2, 2, 3, new byte[11]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 12 samples");
    assertThatThrownBy(() -> new Picture(2, 2, 2, new byte[8]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
