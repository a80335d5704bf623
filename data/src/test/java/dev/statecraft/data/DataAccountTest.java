package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataAccountTest {
  @Test
  void classesAreNamedWithTheirNumbersInTheirOrder() {
    assertThat(account(classes("b", 2, "a", 3)).describe())
        .isEqualTo("5 examples; 2 classes: b 2, a 3");
  }

  @Test
  void aNumberThatAllClassesShareIsToldOnce() {
    assertThat(account(classes("a", 2, "b", 2)).describe())
        .isEqualTo("4 examples; 2 classes of 2 each: a, b");
    assertThat(account(many(13, 0)).describe())
        .isEqualTo(
            "91 examples; 13 classes of 7 each: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11,"
                + " ...");
  }

  @Test
  void oneIsTheSingular() {
    assertThat(account(classes("a", 1)).describe()).isEqualTo("1 example; 1 class: a 1");
  }

  @Test
  void ofManyClassesTheFirstAreNamed() {
    assertThat(account(many(14, 1)).describe())
        .contains("; 14 classes: c0 7, c1 8, c2 9,")
        .endsWith(" c11 18, ... (each has 7 to 20)");
  }

  @Test
  void lengthsAndRowsThatAreLeftOutAreTold() {
    Map<String, Integer> leftOut = new LinkedHashMap<>();
    leftOut.put("no label", 3);
    leftOut.put("empty text", 1);
    DataAccount account =
        new DataAccount(9, Map.of(), Optional.of(new TokenLengths(4, 8, 21, 16, 2)), leftOut);
    assertThat(account.describe())
        .isEqualTo(
            "9 examples; tokens: median 4, 95 % up to 8, longest 21; 2 truncated to 16; left out 3"
                + " (no label), 1 (empty text)");
    assertThat(account.toMap())
        .containsExactly(
            entry("examples", 9),
            entry("tokens", Map.of("median", 4, "p95", 8, "longest", 21)),
            entry("max_length", 16),
            entry("truncated", 2),
            entry("left_out", leftOut));
    assertThat(
            new DataAccount(9, Map.of(), Optional.of(new TokenLengths(4, 8, 16, 16, 0)), Map.of())
                .describe())
        .endsWith("; none truncated to 16");
  }

  private static DataAccount account(Map<String, Integer> classes) {
    int examples = classes.values().stream().mapToInt(Integer::intValue).sum();
    return new DataAccount(examples, classes, Optional.empty(), Map.of());
  }

  private static Map<String, Integer> classes(Object... namesAndNumbers) {
    Map<String, Integer> classes = new LinkedHashMap<>();
    for (int i = 0; i < namesAndNumbers.length; i += 2) {
      classes.put((String) namesAndNumbers[i], (Integer) namesAndNumbers[i + 1]);
    }
    return classes;
  }

  private static Map<String, Integer> many(int number, int step) {
    Map<String, Integer> classes = new LinkedHashMap<>();
    for (int i = 0; i < number; i++) {
      classes.put("c" + i, 7 + step * i);
    }
    return classes;
  }
}
