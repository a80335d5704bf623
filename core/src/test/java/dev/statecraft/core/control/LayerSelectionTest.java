package dev.statecraft.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Layer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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

  private static Layer layer(int index, String stack) {
    return new Layer(index, stack, List.of(new Block("mlp", "x", "y", "d")), Map.of(), "");
  }

  private static final List<Layer> STACKS =
      List.of(layer(0, "encoder"), layer(1, "encoder"), layer(2, "decoder"), layer(3, "decoder"));

  private static List<Integer> chosen(String text) {
    return LayerSelection.parse(text).of(STACKS).stream().map(Layer::index).toList();
  }

  @Test
  void countsTheLayersOfAllStacksOrOfOne() {
    assertThat(chosen("all")).containsExactly(0, 1, 2, 3);
    assertThat(chosen("first 3")).containsExactly(0, 1, 2);
    assertThat(chosen("all of decoder")).containsExactly(2, 3);
    assertThat(chosen("Last 1 of  encoder")).containsExactly(1);
    assertThat(chosen("0, 1 of decoder")).containsExactly(2, 3);
    assertThat(LayerSelection.parse(" First 1 of decoder ")).hasToString("first 1 of decoder");
  }

  @Test
  void refusesWhatAStackDoesNotHave() {
    assertThatThrownBy(() -> chosen("2 of decoder"))
        .hasMessage("layers: the decoder has the layers 0 to 1, found '2 of decoder'");
    assertThatThrownBy(() -> chosen("all of vision"))
        .hasMessage("layers: the model has the stacks [encoder, decoder], found 'all of vision'");
    assertThatThrownBy(() -> LayerSelection.parse("all of decoder").of(List.of(layer(0, ""))))
        .hasMessage("layers: the model's layers are one stack, found 'all of decoder'");
    assertThatThrownBy(() -> LayerSelection.parse("some of decoder"))
        .hasMessage(
            "layers: expected 'all', 'first N', 'last N' or a list such as '0,2,5-7', found 'some"
                + " of decoder'");
  }
}
