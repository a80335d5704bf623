package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeadMatchTest {
  private static void assertKept(List<String> own, List<String> found, List<String> labels) {
    HeadMatch match = HeadMatch.of(own, own.size(), found);
    assertThat(match.kept()).as(match.note()).isTrue();
    assertThat(match.labels()).isEqualTo(labels);
    assertThat(match.note()).startsWith("the model's head is kept");
    // What is written into the run's recipe says the same again.
    assertThat(HeadMatch.of(own, own.size(), labels).labels()).isEqualTo(labels);
  }

  private static void assertNew(List<String> own, List<String> found) {
    HeadMatch match = HeadMatch.of(own, own.size(), found);
    assertThat(match.kept()).as(match.note()).isFalse();
    assertThat(match.labels()).isEqualTo(found);
    assertThat(match.note()).startsWith("the head is new");
  }

  @Test
  void theHeadsOrderCounts() {
    assertKept(
        List.of("positive", "negative"),
        List.of("negative", "positive"),
        List.of("positive", "negative"));
  }

  @Test
  void caseAndSpacesDoNotCount() {
    assertKept(
        List.of("POSITIVE", "Negative "),
        List.of("negative", "positive"),
        List.of("positive", "negative"));
    // Unless they tell two labels apart.
    assertNew(List.of("a", "A"), List.of("a", "b"));
    assertNew(List.of("A", "B"), List.of("a", "b", "B "));
    assertKept(List.of("a", "A"), List.of("A", "a"), List.of("a", "A"));
  }

  @Test
  void labelsThatTheDataLacksStay() {
    assertKept(
        List.of("neutral", "Yes", "No"), List.of("no", "yes"), List.of("neutral", "yes", "no"));
    assertThat(HeadMatch.of(List.of("x", "b", "a"), 3, List.of("a", "b")).note())
        .endsWith("[x, b, a], of which the data has 2: [a, b]");
  }

  @Test
  void otherNamesAreANewHead() {
    assertNew(List.of("positive", "negative"), List.of("no", "yes"));
    assertNew(List.of("a", "b"), List.of("a", "b", "c"));
    assertNew(List.of("a", "b"), List.of("a", "c"));
    assertNew(List.of("crane", "crane"), List.of("crane", "owl"));
    assertThat(HeadMatch.of(List.of("x", "y"), 2, List.of("a", "b")).note())
        .isEqualTo(
            "the head is new: the data has the labels [a, b], the model's is for other labels,"
                + " [x, y]");
  }

  @Test
  void placeholdersAreNoNames() {
    List<String> unnamed = List.of("LABEL_0", "LABEL_1", "LABEL_2");
    assertNew(unnamed, List.of("a", "b", "c"));
    assertKept(unnamed, List.of("0", "1", "2"), List.of("0", "1", "2"));
    assertKept(unnamed, List.of("1", "2"), List.of("0", "1", "2"));
    assertKept(unnamed, List.of("LABEL_1", "LABEL_0"), unnamed);
    assertNew(unnamed, List.of("1", "2", "3"));
    // The configuration has no labels at all, or not as many as the head has outputs.
    assertThat(HeadMatch.of(List.of(), 2, List.of("0", "1")).kept()).isTrue();
    assertThat(HeadMatch.of(List.of(), 2, List.of("no", "yes")).kept()).isFalse();
    assertThat(HeadMatch.of(List.of("a", "b"), 3, List.of("a", "b")).kept()).isFalse();
  }

  @Test
  void noHeadIsANewOne() {
    HeadMatch match = HeadMatch.of(List.of("b", "a"), 0, List.of("a", "b"));
    assertThat(match.kept()).isFalse();
    assertThat(match.labels()).containsExactly("a", "b");
    assertThat(match.note()).isEqualTo("the head is new, as the model has none for classes");
  }
}
