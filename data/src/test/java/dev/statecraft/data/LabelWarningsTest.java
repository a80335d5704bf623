package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelWarningsTest {
  private static List<String> warnings(String... labels) {
    Map<String, Integer> classes = new LinkedHashMap<>();
    Arrays.stream(labels).forEach(label -> classes.put(label, 10));
    return LabelWarnings.of(classes);
  }

  private static void assertTwins(String a, String b) {
    assertThat(warnings(a, b, "another"))
        .containsExactly("labels that may be meant as one: '" + a + "' (10) and '" + b + "' (10)");
  }

  @Test
  void misspeltLabelsAreTold() {
    assertTwins("biling", "billing");
    assertTwins("billing", "biling");
    assertTwins("refund", "refnud");
    assertTwins("refund", "refumd");
    assertTwins("Refund", "refund");
    assertTwins("lost card", "lost_card");
    assertTwins("a", "a ");
    assertTwins("NO", "no");
  }

  @Test
  void otherWordsAreNoTwins() {
    assertThat(warnings("cat", "car", "cart")).isEmpty();
    assertThat(warnings("class1", "class2", "class10")).isEmpty();
    assertThat(warnings("2001", "2002", "1.0", "1.5")).isEmpty();
    assertThat(warnings("typical", "atypical")).isEmpty();
    assertThat(warnings("male", "female", "entailment", "not_entailment")).isEmpty();
    assertThat(warnings("positive", "negative", "neutral")).isEmpty();
  }

  @Test
  void rareClassesAreTold() {
    Map<String, Integer> classes = new LinkedHashMap<>();
    classes.put("many", 100);
    classes.put("one", 1);
    classes.put("none", 0);
    assertThat(LabelWarnings.of(classes))
        .containsExactly(
            "labels with no example to learn from: 'none'",
            "labels with one example to learn from: 'one'");
    for (int i = 0; i < 500; i++) {
      classes.put("free text " + i, 1);
    }
    assertThat(LabelWarnings.of(classes).get(1))
        .endsWith(", ... (501 in all)")
        .hasSizeLessThan(200);
  }
}
