package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DependenciesTest {
  private final Dependencies all = Dependencies.of(List.of());

  @Test
  void findsTheShortestPath() {
    all.add("a", "b");
    all.add("b", "c");
    all.add("c", "d");
    all.add("a", "c");
    assertThat(all.path("a", "d")).contains(List.of("a", "c", "d"));
    assertThat(all.path("d", "a")).isEmpty();
    assertThat(all.path("b", "b")).contains(List.of("b"));
    all.add("d", "a");
    assertThat(all.path("d", "b")).contains(List.of("d", "a", "b"));
  }

  @Test
  void longPathsLoseTheirMiddle() {
    List<String> path = IntStream.range(0, 12).mapToObj(i -> "s" + i).toList();
    assertThat(Dependencies.text(path))
        .isEqualTo("s0 -> s1 -> s2 -> s3 -> (4 states) -> s8 -> s9 -> s10 -> s11");
    assertThat(Dependencies.text(path.subList(0, 3))).isEqualTo("s0 -> s1 -> s2");
  }
}
