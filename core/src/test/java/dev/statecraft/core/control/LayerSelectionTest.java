package dev.statecraft.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerSelectionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          all         | [0, 1, 2, 3, 4, 5]
          first 2     | [0, 1]
          last 1      | [5]
          Last  6     | [0, 1, 2, 3, 4, 5]
          3           | [3]
          4, 0,2-3, 3 | [0, 2, 3, 4]
          """)
  void chooses(String text, String layers) {
    assertThat(LayerSelection.parse(text).of(6)).hasToString(layers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "first", "last x", "1,,2", "1-", "every 2", "-1"})
  void refusesOtherWords(String text) {
    assertThatThrownBy(() -> LayerSelection.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "layers: expected 'all', 'first N', 'last N' or a list such as '0,2,5-7', found '"
                + text
                + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"6", "2-9", "3-2", "99999999999"})
  void refusesLayersThatAreNotThere(String text) {
    assertThatThrownBy(() -> LayerSelection.parse(text).of(6))
        .isInstanceOf(UsageException.class)
        .hasMessage("layers: the model has the layers 0 to 5, found '" + text + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"first 0", "last 7", "first 99999999999"})
  void refusesCountsThatDoNotFit(String text) {
    assertThatThrownBy(() -> LayerSelection.parse(text).of(6))
        .isInstanceOf(UsageException.class)
        .hasMessage("layers: expected from 1 to 6 layers, found '" + text + "'");
  }
}
