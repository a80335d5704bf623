package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.Quoted;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuotedTest {
  @Test
  void shortTextsAreShownAsTheyAre() {
    assertThat(Quoted.text("Z\u00fcrich \ud83d\ude00 'x'"))
        .isEqualTo("'Z\u00fcrich \ud83d\ude00 'x''");
    assertThat(Quoted.list(List.of("a", "b"))).isEqualTo("[a, b]");
    assertThat(Quoted.list(List.of())).isEqualTo("[]");
  }

  @Test
  void longOnesAreCut() {
    assertThat(Quoted.text("x".repeat(80))).isEqualTo("'" + "x".repeat(80) + "'");
    assertThat(Quoted.text("x".repeat(81))).isEqualTo("'" + "x".repeat(77) + "...'");
    String list = Quoted.list(IntStream.range(0, 900).mapToObj(i -> "label " + i).toList());
    assertThat(list).startsWith("[label 0, label 1, ").endsWith(", ... (900 in all)]");
    assertThat(list).hasSizeLessThan(300);
    assertThat(Quoted.list(List.of("x".repeat(9000), "y"))).hasSizeLessThan(60).endsWith("..., y]");
  }

  @Test
  void nothingIsObeyed() {
    assertThat(Quoted.text("a\nb\r\tc\u001b[0m\u0085\u2028\u2029\u202e\u0000\ud83d"))
        .isEqualTo("'a\\nb\\r\\tc\\u001b[0m\\u0085\\u2028\\u2029\\u202e\\u0000\\ud83d'");
  }

  @Test
  void anUnknownLabelOfManyIsOneShortLine() {
    LabelVocabulary labels =
        new LabelVocabulary(
            IntStream.range(0, 500).mapToObj(i -> "a sentence\nof many words " + i).toList());
    assertThatThrownBy(() -> labels.index("another".repeat(99), "d.csv row 3"))
        .hasMessageStartingWith("d.csv row 3: unknown label 'anotheranother")
        .hasMessageEndingWith("... (500 in all)]")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500).doesNotContain("\n"));
  }
}
