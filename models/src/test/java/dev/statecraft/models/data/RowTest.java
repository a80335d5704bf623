package dev.statecraft.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.models.InvalidInputException;
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
}
