package dev.statecraft.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.run.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong clock = new AtomicLong();

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8).replace("\u001b", "ESC");
  }

  private static Progress.Update step(long done) {
    return new Progress.Update("lora", done, 100, Optional.of(0.5), 1234.4, 3L << 29);
  }

  private void elapse(double seconds) {
    clock.addAndGet((long) (seconds * 1e9));
  }

  @Test
  void theBarShowsLossSpeedAndTimeLeft() {
    try (ProgressBar bar = new ProgressBar(err, 100, clock::get)) {
      bar.update(step(1));
      elapse(1);
      bar.update(step(26));
    }
    assertThat(shown())
        .endsWith(
            "\rESC[Klora [======>                 ] 26/100"
                + "  loss 0.5000, 1,234 tokens/s, 1.5 GiB, 0:03 left"
                + System.lineSeparator());
  }

  @Test
  void theBarIsNotDrawnTooOftenButAlwaysAtItsEnd() {
    ProgressBar bar = new ProgressBar(err, 100, clock::get);
    bar.update(step(1));
    bar.update(step(2));
    assertThat(shown()).contains(" 1/100").doesNotContain(" 2/100");
    bar.update(step(100));
    assertThat(shown())
        .contains("[========================] 100/100")
        .endsWith(System.lineSeparator());
  }

  @Test
  void theBarKeepsWithinTheTerminalAndMakesRoomForNotes() {
    ProgressBar bar = new ProgressBar(err, 20, clock::get);
    bar.update(step(1));
    bar.note("a note");
    assertThat(shown())
        .isEqualTo("\rESC[Klora 1/100  loss 0." + "\rESC[Ka note" + System.lineSeparator());
    bar.close();
    assertThat(shown()).endsWith("a note" + System.lineSeparator());
  }

  @Test
  void theBarIsShorterWhereTheWordsNeedTheRoom() {
    ProgressBar bar = new ProgressBar(err, 62, clock::get);
    bar.update(step(50));
    assertThat(shown())
        .isEqualTo("\rESC[Klora [====>    ] 50/100  loss 0.5000, 1,234 tokens/s, 1.5 GiB");
  }

  @Test
  void plainLinesComeEveryFewSeconds() {
    try (ProgressLines lines = new ProgressLines(err, clock::get)) {
      lines.update(step(1));
      elapse(4);
      lines.update(step(2));
      elapse(2);
      lines.update(step(4));
      lines.update(step(100));
    }
    assertThat(shown().lines())
        .containsExactly(
            "lora 1/100  loss 0.5000, 1,234 tokens/s, 1.5 GiB",
            "lora 4/100  loss 0.5000, 1,234 tokens/s, 1.5 GiB, 3:12 left",
            "lora 100/100  loss 0.5000, 1,234 tokens/s, 1.5 GiB, 0:06");
  }

  @Test
  void anotherLabelStartsItsOwnClock() {
    ProgressLines lines = new ProgressLines(err, clock::get);
    lines.update(step(100));
    elapse(30);
    lines.update(new Progress.Update("control", 1, 2, Optional.empty(), 0, 0));
    elapse(6);
    lines.update(new Progress.Update("control", 2, 2, Optional.empty(), 0, 0));
    assertThat(shown().lines()).endsWith("control 1/2", "control 2/2  0:06");
  }
}
