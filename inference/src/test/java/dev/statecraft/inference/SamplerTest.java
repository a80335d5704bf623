package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final int DRAWS = 40_000;

  private static double[] logOf(double... probabilities) {
    return Arrays.stream(probabilities).map(Math::log).toArray();
  }

  private static double[] frequencies(Sampler sampler, double[] scores) {
    SplittableRandom random = sampler.random();
    int[] counts = new int[scores.length];
    for (int i = 0; i < DRAWS; i++) {
      counts[sampler.choose(scores, random)]++;
    }
    return Arrays.stream(counts).mapToDouble(count -> (double) count / DRAWS).toArray();
  }

  private static void assertFrequencies(Sampler sampler, double[] scores, double... expected) {
    double[] found = frequencies(sampler, scores);
    for (int i = 0; i < expected.length; i++) {
      // Five standard deviations of a frequency; what must not come, never comes.
      double deviation = 5 * Math.sqrt(expected[i] * (1 - expected[i]) / DRAWS);
      assertThat(found[i]).as("frequency of " + i).isCloseTo(expected[i], within(deviation));
    }
  }

  @Test
  void greedyTakesTheHighestAndTheLowestIdAmongEquals() {
    SplittableRandom random = Sampler.greedy().random();
    assertThat(Sampler.greedy().choose(new double[] {1, 3, 3, 2}, random)).isEqualTo(1);
    assertThat(Sampler.greedy().choose(new double[] {-5, -7, -4}, random)).isEqualTo(2);
    double[] masked = {Double.NEGATIVE_INFINITY, -3, Double.NEGATIVE_INFINITY};
    assertThat(Sampler.greedy().choose(masked, random)).isEqualTo(1);
    assertThat(random.nextLong()).isEqualTo(Sampler.greedy().random().nextLong());
  }

  @Test
  void drawsByProbability() {
    double[] scores = logOf(0.5, 0.2, 0.1, 0.2);
    assertFrequencies(new Sampler(1, 0, 1, 3), scores, 0.5, 0.2, 0.1, 0.2);
    double[] shifted = Arrays.stream(scores).map(score -> score + 5000).toArray();
    assertThat(frequencies(new Sampler(1, 0, 1, 3), shifted))
        .containsExactly(frequencies(new Sampler(1, 0, 1, 3), scores), within(1e-3));
  }

  @Test
  void temperatureEvensOrSharpens() {
    // p^(1/T), made to sum to 1 again.
    assertFrequencies(new Sampler(0.5, 0, 1, 3), logOf(0.6, 0.3, 0.1), 36 / 46., 9 / 46., 1 / 46.);
    double[] roots = {Math.sqrt(0.64), Math.sqrt(0.36)};
    assertFrequencies(new Sampler(2, 0, 1, 3), logOf(0.64, 0.36), roots[0] / 1.4, roots[1] / 1.4);
    assertFrequencies(new Sampler(1e-300, 0, 1, 3), logOf(0.3, 0.3001, 0.3), 0, 1, 0);
  }

  @Test
  void topKLeavesTheHighest() {
    double[] scores = logOf(0.1, 0.4, 0.2, 0.3);
    assertFrequencies(new Sampler(1, 2, 1, 3), scores, 0, 4 / 7., 0, 3 / 7.);
    assertFrequencies(new Sampler(1, 99, 1, 3), scores, 0.1, 0.4, 0.2, 0.3);
    assertFrequencies(new Sampler(1, 2, 1, 3), new double[] {0, 2, 2, 2, 1}, 0, 0.5, 0.5, 0, 0);
  }

  @Test
  void topPLeavesTheFewestThatSumToIt() {
    double[] scores = logOf(0.1, 0.45, 0.15, 0.3);
    assertFrequencies(new Sampler(1, 0, 0.4, 3), scores, 0, 1, 0, 0);
    assertFrequencies(new Sampler(1, 0, 0.5, 3), scores, 0, 0.6, 0, 0.4);
    assertFrequencies(new Sampler(1, 0, 0.74, 3), scores, 0, 0.6, 0, 0.4);
    assertFrequencies(new Sampler(1, 0, 0.8, 3), scores, 0, 0.5, 1 / 6., 1 / 3.);
    assertFrequencies(new Sampler(1, 0, 0.95, 3), scores, 0.1, 0.45, 0.15, 0.3);
  }

  @Test
  void topPCountsWithinTopKAndAfterTemperature() {
    double[] scores = logOf(0.1, 0.45, 0.15, 0.3);
    // Within the two highest 0.45 is 0.6, enough for 0.55.
    assertFrequencies(new Sampler(1, 2, 0.55, 3), scores, 0, 1, 0, 0);
    // At temperature 0.5, 0.45 becomes 0.2025 of 0.325: enough for 0.6.
    assertFrequencies(new Sampler(0.5, 0, 0.6, 3), scores, 0, 1, 0, 0);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 1, 1", "1, 0, 1e-12", "5, 7, 1e-300", "1e-9, 0, 1"})
  void settingsThatLeaveOneTokenAreGreedy(double temperature, int topK, double topP) {
    SplittableRandom numbers = new SplittableRandom(11);
    Sampler sampler = new Sampler(temperature, topK, topP, 5);
    SplittableRandom random = sampler.random();
    for (int i = 0; i < 200; i++) {
      // Rounded, so that the highest often comes more than once, but for a temperature that is.
      double[] scores =
          numbers.doubles(40, -3, 3).map(x -> temperature < 1e-3 ? x : Math.rint(2 * x)).toArray();
      assertThat(sampler.choose(scores, random))
          .isEqualTo(Sampler.greedy().choose(scores, Sampler.greedy().random()));
    }
  }

  @Test
  void theSeedDecides() {
    double[] even = new double[50];
    assertThat(choices(new Sampler(1, 0, 1, 7), even))
        .isEqualTo(choices(new Sampler(1, 0, 1, 7), even))
        .isNotEqualTo(choices(new Sampler(1, 0, 1, 8), even));
  }

  private static int[] choices(Sampler sampler, double[] scores) {
    SplittableRandom random = sampler.random();
    return IntStream.range(0, 20).map(i -> sampler.choose(scores, random)).toArray();
  }

  @Test
  void refusesScoresThatAreNoNumbers() {
    SplittableRandom random = new SplittableRandom(1);
    assertThatThrownBy(() -> Sampler.greedy().choose(new double[] {1, Double.NaN}, random))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found NaN for token 1");
    double[] infinite = {1, 2, Double.POSITIVE_INFINITY};
    assertThatThrownBy(() -> new Sampler(1, 0, 1, 0).choose(infinite, random))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found Infinity for token 2");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesTemperatures(double temperature) {
    assertThatThrownBy(() -> new Sampler(temperature, 0, 1, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("temperature");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
  void refusesSharesAndCounts(double topP) {
    assertThatThrownBy(() -> new Sampler(1, 0, topP, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("top_p");
    assertThatThrownBy(() -> new Sampler(1, -1, 1, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("top_k: expected 0 (no limit) or more, found -1");
  }
}
