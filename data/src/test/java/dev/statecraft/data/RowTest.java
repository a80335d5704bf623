package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import org.junit.jupiter.api.Test;

class RowTest {
  private final Row row =
      Rows.row(7, "{'s': 'x', 'i': 12, 'd': 0.5, 'b': true, 'n': null, 'o': {}, 'a': []}");

  @Test
  void valuesAreReadAsText() {
    assertThat(row.text("s")).isEqualTo("x");
    assertThat(row.text("i")).isEqualTo("12");
    assertThat(row.text("d")).isEqualTo("0.5");
    assertThat(row.text("b")).isEqualTo("true");
    assertThat(row.optionalText("s")).contains("x");
    assertThat(row.optionalText("n")).isEmpty();
    assertThat(row.optionalText("none")).isEmpty();
  }

  @Test
  void whatIsNotTextIsAnErrorThatSaysWhere() {
    assertThatThrownBy(() -> row.text("none"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("test.json row 7 (line 7): no column 'none'; it has [s, i, d, b, n, o, a]");
    assertThatThrownBy(() -> row.text("n"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("column 'n' should be text or a number, found null");
    assertThatThrownBy(() -> row.text("o")).hasMessageContaining("found object");
    assertThatThrownBy(() -> row.optionalText("a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found array");
  }

  /** Nothing could be written that has such a text, at the end of a run at the latest. */
  @Test
  void halfOfASurrogatePairIsNoText() {
    Row halves = Rows.row(7, "{'a': 'x\\ud83d', 'b': '\\ude00\\ud83d', 'c': 'x\\ud83d\\ude00y'}");
    assertThat(halves.text("c")).isEqualTo("x\ud83d\ude00y");
    assertThatThrownBy(() -> halves.label("a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "test.json row 7 (line 7): column 'a': expected text, found half of a surrogate pair,"
                + " \\ud83d");
    assertThatThrownBy(() -> halves.text("b")).hasMessageEndingWith("\\ude00");
  }

  @Test
  void numbersAreLabelsByTheirValue() {
    Row labels =
        Rows.row(
            "{'i': 1, 'd': 1.0, 'e': 1e0, 'n': -0.0, 'h': 1.50, 't': '1.0', 'b': true,"
                + " 'l': 9007199254740993, 'w': 1e300}");
    assertThat(labels.label("i")).isEqualTo("1");
    assertThat(labels.label("d")).isEqualTo("1");
    assertThat(labels.label("e")).isEqualTo("1");
    assertThat(labels.label("n")).isEqualTo("0");
    assertThat(labels.label("h")).isEqualTo("1.5");
    // A text is that text, in JSON as in CSV.
    assertThat(labels.label("t")).isEqualTo("1.0");
    assertThat(labels.label("b")).isEqualTo("true");
    assertThat(labels.label("l")).isEqualTo("9007199254740993");
    assertThat(labels.label("w")).isEqualTo("1.0E300");
  }

  @Test
  void anEmptyLabelIsMissing() {
    for (String empty : new String[] {"", " ", "\\t"}) {
      Row missing = Rows.row(3, "{'label': '" + empty + "'}");
      assertThatThrownBy(() -> missing.label("label"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("test.json row 3 (line 3): column 'label': expected a label, found nothing");
    }
  }
}
