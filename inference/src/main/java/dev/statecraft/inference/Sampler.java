package dev.statecraft.inference;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How the next token is chosen from the model's scores.
 *
 * <p>Scores are divided by the temperature. Of the {@code topK} highest, the fewest whose
 * probabilities (softmax over those {@code topK}) sum to {@code topP} or more remain, at least one;
 * among equal scores the lower id counts as higher. One of the remaining is drawn by its
 * probability. Sources: Fan et al., "Hierarchical Neural Story Generation" (2018) for top-k;
 * Holtzman et al., "The Curious Case of Neural Text Degeneration" (2020) for top-p; the order of
 * the three is that of transformers.
 *
 * @param temperature 0 for the highest score always (the lowest id if several have it); the larger,
 *     the more even the choice
 * @param topK how many tokens may be chosen, 0 for all
 * @param topP share of the probability that may be chosen, above 0; 1 for all
 * @param seed equal seeds give equal choices
 */
public record Sampler(double temperature, int topK, double topP, long seed) {
  /**
   * Checks.
   *
   * @throws InvalidInputException if a value is out of its range
   */
  public Sampler {
    require(
        temperature >= 0 && Double.isFinite(temperature),
        "temperature: expected a number of 0 or more, found " + temperature);
    require(topK >= 0, "top_k: expected 0 (no limit) or more, found " + topK);
    require(topP > 0 && topP <= 1, "top_p: expected a number above 0 and up to 1, found " + topP);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }

  /** The highest score always. */
  public static Sampler greedy() {
    return new Sampler(0, 0, 1, 0);
  }

  /** The randomness of one generation, at its start. */
  public SplittableRandom random() {
    return new SplittableRandom(seed);
  }

  /**
   * Chooses a token.
   *
   * @param scores logits {@code [vocabulary]}; minus infinity for tokens that must not come
   * @param random advanced by one number, unless the temperature is 0
   * @return the index of the score
   * @throws InvalidInputException if a score is NaN or the highest is not finite, as those of
   *     damaged weights are
   */
  public int choose(double[] scores, SplittableRandom random) {
    int best = highest(scores);
    if (temperature == 0) {
      return best;
    }
    double highest = scores[best];
    double[] weights = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      weights[i] = weight(scores[i], highest);
    }
    if ((topK > 0 && topK < scores.length) || topP < 1) {
      leaveOut(scores, highest, weights);
    }
    return draw(weights, random.nextDouble());
  }

  private static int highest(double[] scores) {
    int best = 0;
    for (int i = 0; i < scores.length; i++) {
      require(
          !Double.isNaN(scores[i]),
          "the model's scores: expected numbers, found NaN for token " + i);
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    require(
        Double.isFinite(scores[best]),
        "the model's scores: expected a finite highest one, found "
            + scores[best]
            + " for token "
            + best);
    return best;
  }

  /** Probability relative to that of the highest score, which cannot overflow. */
  private double weight(double score, double highest) {
    return Math.exp((score - highest) / temperature);
  }

  /** Sets the weights of all but the remaining tokens to 0. */
  private void leaveOut(double[] scores, double highest, double[] weights) {
    double[] ascending = scores.clone();
    Arrays.sort(ascending);
    int remaining = remaining(ascending, highest);
    double least = ascending[ascending.length - remaining];
    int equalsAllowed = remaining;
    for (double score : scores) {
      if (score > least) {
        equalsAllowed--;
      }
    }
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] < least || (scores[i] == least && equalsAllowed-- <= 0)) {
        weights[i] = 0;
      }
    }
  }

  private int remaining(double[] ascending, double highest) {
    int count = topK == 0 ? ascending.length : Math.min(topK, ascending.length);
    if (topP == 1) {
      return count;
    }
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += weight(ascending[ascending.length - 1 - i], highest);
    }
    double sum = 0;
    int taken = 0;
    while (taken < count && sum < topP * total) {
      sum += weight(ascending[ascending.length - 1 - taken], highest);
      taken++;
    }
    return taken;
  }

  private static int draw(double[] weights, double uniform) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    double target = uniform * total;
    double sum = 0;
    int last = -1;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        sum += weights[i];
        last = i;
        if (target < sum) {
          return i;
        }
      }
    }
    // Rounding may put the target at the very end.
    return last;
  }
}
