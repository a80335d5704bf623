package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LengthRangeTest {
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 17, 64, 65, 1000, 1024})
  void lengthsAddUpToTheTokens(int tokens) {
    for (int seed = 0; seed < 20; seed++) {
      List<Integer> lengths = LengthRange.parse("16-64").fill(tokens, seed);
      assertThat(lengths).isSorted().allSatisfy(n -> assertThat(n).isBetween(2, 65));
      assertThat(lengths.stream().mapToInt(Integer::intValue).sum()).isEqualTo(tokens);
      assertThat(lengths.stream().filter(n -> n < 16).count()).isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "16", "16-", "-64", "a-b", "64-16", "1-4", "16 - 64"})
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> LengthRange.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--lengths: expected a range");
  }
}
