package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextExampleTest {
  @Test
  void columnsAreMapped() {
    TextColumns pairs =
        TextColumns.of(Map.of("text", "sentence1", "pair", "sentence2", "label", "score"));
    Row row = Rows.row("{'sentence1': 'a', 'sentence2': 'b', 'score': 2.5}");
    TextExample example = new TextExample("a", Optional.of("b"), "2.5", row.where());
    assertThat(pairs.examples(List.of(row))).containsExactly(example);
    assertThat(example.score()).isEqualTo(2.5);

    TextColumns single = TextColumns.of(Map.of("text", "sentence1", "label", "score"));
    assertThat(single.example(row).pair()).isEmpty();
  }

  @Test
  void aColumnThatIsNotThereIsAnError() {
    TextColumns columns = TextColumns.of(Map.of("text", "a", "pair", "b", "label", "c"));
    Row row = Rows.row("{'a': 'x', 'c': 1}");
    assertThatThrownBy(() -> columns.example(row))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no column 'b'; it has [a, c]");
  }

  @Test
  void theMappingIsChecked() {
    assertThatThrownBy(() -> TextColumns.of(Map.of("text", "a")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found [text]");
    assertThatThrownBy(() -> TextColumns.of(Map.of("text", "a", "label", "b", "text2", "c")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found [label, text, text2]");
  }

  @Test
  void scoresAreFiniteDecimalNumbers() {
    assertThat(labelled(" -3.60 ").score()).isEqualTo(-3.6);
    assertThat(labelled("1e-3").score()).isEqualTo(0.001);
    for (String bad : List.of("", "NaN", "Infinity", "1d", "0x1p3", "high", "1e999")) {
      TextExample example = labelled(bad);
      assertThatThrownBy(example::score)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("here", "found '" + bad + "'");
    }
  }

  @Test
  void integerLabelsAreOrderedByNumber() {
    LabelVocabulary labels = LabelVocabulary.of(labelled("10", "2", "-1", "2", "10"));
    assertThat(labels.labels()).containsExactly("-1", "2", "10");
    assertThat(labels.size()).isEqualTo(3);
    assertThat(labels.label(2)).isEqualTo("10");
    assertThat(labels.indices(labelled("2", "10", "-1"))).containsExactly(1, 2, 0);
  }

  @Test
  void otherLabelsAreOrderedByText() {
    assertThat(LabelVocabulary.of(labelled("not_entailment", "entailment")).labels())
        .containsExactly("entailment", "not_entailment");
    assertThat(LabelVocabulary.of(labelled("2", "10", "x")).labels())
        .containsExactly("10", "2", "x");
  }

  @Test
  void aGivenOrderIsKept() {
    LabelVocabulary labels = new LabelVocabulary(List.of("b", "a"));
    assertThat(labels.index(labelled("a"))).isEqualTo(1);
    assertThat(labels)
        .isEqualTo(new LabelVocabulary(List.of("b", "a")))
        .hasSameHashCodeAs(new LabelVocabulary(List.of("b", "a")))
        .isNotEqualTo(new LabelVocabulary(List.of("a", "b")))
        .hasToString("LabelVocabulary[b, a]");
  }

  @Test
  void badLabelsAreErrors() {
    LabelVocabulary labels = new LabelVocabulary(List.of("b", "a"));
    TextExample unknown = labelled("c");
    assertThatThrownBy(() -> labels.index(unknown))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("here: unknown label 'c'; expected one of [b, a]");
    List<TextExample> same = labelled("a", "a");
    assertThatThrownBy(() -> LabelVocabulary.of(same))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least two different labels, found [a]");
    List<String> twice = List.of("a", "b", "a");
    assertThatThrownBy(() -> new LabelVocabulary(twice))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'a' is given twice");
  }

  private static TextExample labelled(String label) {
    return new TextExample("text", Optional.empty(), label, "here");
  }

  private static List<TextExample> labelled(String... labels) {
    return Arrays.stream(labels).map(TextExampleTest::labelled).toList();
  }
}
