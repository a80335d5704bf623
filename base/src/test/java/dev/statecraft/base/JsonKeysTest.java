package dev.statecraft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonKeysTest {
  private static JsonKeys parse(String json) {
    return JsonKeys.parse(json.replace('\'', '"'), "a.json");
  }

  @Test
  void valuesAreRead() {
    JsonKeys keys =
        parse(
            "{'t': 'x', 'n': 1.5, 'w': 3, 'f': true, 'l': ['a', 'b'], 'c': [0, 2], 'o': {'k': 4},"
                + " 's': [{'k': 5}, {'k': 6}], 'z': null}");
    assertThat(keys.text("t")).isEqualTo("x");
    assertThat(keys.optionalText("z")).isEmpty();
    assertThat(keys.number("n")).isEqualTo(1.5);
    assertThat(keys.positive("w")).isEqualTo(3);
    assertThat(keys.flag("f", false)).isTrue();
    assertThat(keys.flag("z", true)).as("absent").isTrue();
    assertThat(keys.texts("l")).containsExactly("a", "b");
    assertThat(keys.texts("z")).isEmpty();
    assertThat(keys.counts("c")).containsExactly(0, 2);
    assertThat(keys.counts("w")).containsExactly(3);
    assertThat(keys.object("o").positive("k")).isEqualTo(4);
    assertThat(keys.objects("s").stream().map(one -> one.positive("k")).toList())
        .isEqualTo(List.of(5, 6));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | a.json: o: expected an object, found no such key",
        "{'o': null} | a.json: o: expected an object, found null",
        "{'o': {}} | a.json: o.w: expected a positive integer, found no such key",
        "{'o': {'w': 0}} | a.json: o.w: expected a positive integer, found 0",
        "{'o': {'w': 3000000000}} | a.json: o.w: expected a positive integer, found 3000000000",
        "[1] | a.json: expected a JSON object, found [1]",
        "`` | a.json: expected a JSON object, found nothing",
        "{'o' | a.json: expected well-formed JSON, found:",
      })
  void whatIsWrongIsNamed(String json, String message) {
    assertThatThrownBy(() -> parse(json).object("o").positive("w"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'t': 1}] | a.json: [0].t: expected a string, found 1",
        "[{'t': 'a'}, {}] | a.json: [1].t: expected a string, found no such key",
        "{} | a.json: expected a JSON array of objects, found {}",
        "[] | a.json: expected a JSON array of objects, found []",
        "[1] | a.json: expected a JSON array of objects, found [1]",
        "`` | a.json: expected a JSON array of objects, found nothing",
        "[{}], 'x': 1 | a.json: expected well-formed JSON, found:",
        "[ | a.json: expected well-formed JSON, found:",
      })
  void ofAnArrayEachObjectHasItsKeys(String json, String message) {
    assertThatThrownBy(
            () -> JsonKeys.parseAll(json.replace('\'', '"'), "a.json").forEach(k -> k.text("t")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void longValuesAreCut() {
    assertThatThrownBy(() -> parse("{'t': [" + "1, ".repeat(100) + "1]}").text("t"))
        .hasMessageEndingWith("...")
        .message()
        .hasSizeLessThan(120);
  }
}
