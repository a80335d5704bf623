package dev.statecraft.adapters.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptAgreementTest {
  @TempDir Path folder;

  private static PromptAgreement of(float[] expected, float... found) {
    return PromptAgreement.of("p", 2, expected, found);
  }

  @Test
  void differencesAreOfTheLargestLogit() {
    PromptAgreement apart = of(new float[] {1, -4, 2, 3}, 1, -4.5f, 3.25f, 3);
    assertThat(apart.maxDifference()).isEqualTo(1.25);
    assertThat(apart.largest()).isEqualTo(4);
    assertThat(apart.relative()).isEqualTo(0.3125);
    assertThat(apart.sameTop()).isEqualTo(0.5);
    assertThat(apart.isWithin(0.32)).isTrue();
    assertThat(apart.isWithin(0.31)).isFalse();
    PromptAgreement small = of(new float[] {0.1f, 0, 0, 0}, 0.1f, 0, 0, 0.01f);
    assertThat(small.relative()).isCloseTo(0.01, within(1e-7));
  }

  @Test
  void whatIsNoNumberNeverAgrees() {
    float[] fine = {1, 2, 3, 4};
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThat(of(fine, bad, 2, 3, 4).isWithin(1e9)).isFalse();
      assertThat(of(fine, 1, 2, 3, bad).isWithin(1e9)).isFalse();
    }
    assertThat(of(new float[] {Float.NaN, 2, 3, 4}, Float.NaN, 2, 3, 4).isWithin(1e9)).isFalse();
    assertThatThrownBy(() -> of(fine, 1, 2)).hasMessage("expected 4 logits, found 2");
  }

  @Test
  void promptsAreLinesOfAFile() throws IOException {
    Path file = folder.resolve("prompts.txt");
    assertThatThrownBy(() -> Prompts.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ": expected a file of prompts, found none");
    Files.writeString(file, "\n  \n");
    assertThatThrownBy(() -> Prompts.read(file)).hasMessageContaining("expected a prompt a line");
    Files.write(file, new byte[] {'a', (byte) 0xff, '\n'});
    assertThatThrownBy(() -> Prompts.read(file)).hasMessageContaining("expected text in UTF-8");
    Files.writeString(file, "one\n\ntwo words\n");
    assertThat(Prompts.read(file)).containsExactly("one", "two words");
  }
}
