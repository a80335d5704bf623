package dev.statecraft.core.op;

import dev.statecraft.core.graph.GraphException;
import java.util.Arrays;
import java.util.List;

/** Angles per position of a rotary embedding, in radians, by how long the text is. */
public sealed interface RotaryFrequencies {
  /** How many there are: half the features that are turned. */
  int count();

  /**
   * The frequencies for a text.
   *
   * @param tokens its length
   */
  double[] at(int tokens);

  /**
   * Texts of lengths with one regime have the same frequencies; where it changes as a text grows,
   * what has been computed of it no longer holds.
   */
  int regime(int tokens);

  /** The same whatever the length. */
  static RotaryFrequencies of(double... values) {
    return new Fixed(Arrays.stream(values).boxed().toList());
  }

  /**
   * The same for texts of every length.
   *
   * @param values in radians per position
   */
  record Fixed(List<Double> values) implements RotaryFrequencies {
    /** Copies. */
    public Fixed {
      values = checked(values);
    }

    @Override
    public int count() {
      return values.size();
    }

    @Override
    public double[] at(int tokens) {
      return array(values);
    }

    @Override
    public int regime(int tokens) {
      return 0;
    }
  }

  /**
   * Others beyond the original context, as LongRoPE has (Ding et al. 2024).
   *
   * @param original longest text, in tokens, that has the first ones
   * @param within of texts up to there
   * @param beyond of longer ones
   */
  record Switched(int original, List<Double> within, List<Double> beyond)
      implements RotaryFrequencies {
    /** Copies. */
    public Switched {
      Expect.positive("the original context", original);
      within = checked(within);
      beyond = checked(beyond);
      if (within.size() != beyond.size()) {
        throw new GraphException(
            "expected as many frequencies within as beyond the original context, found "
                + within.size()
                + " and "
                + beyond.size());
      }
    }

    @Override
    public int count() {
      return within.size();
    }

    @Override
    public double[] at(int tokens) {
      return array(tokens > original ? beyond : within);
    }

    @Override
    public int regime(int tokens) {
      return tokens > original ? 1 : 0;
    }
  }

  /**
   * A base that grows with the text beyond the original context (dynamic NTK): {@code theta (factor
   * n / original - (factor - 1))^(d / (d - 2))} for n tokens and d turned features. Rounded to
   * float32 step by step as transformers' {@code _compute_dynamic_ntk_parameters}.
   *
   * @param theta the base
   * @param features that are turned, d
   * @param factor by how much the context is to grow
   * @param original context in tokens
   */
  record Dynamic(double theta, int features, double factor, int original)
      implements RotaryFrequencies {
    @Override
    public int count() {
      return features / 2;
    }

    @Override
    public double[] at(int tokens) {
      float base = (float) theta;
      if (tokens > original) {
        float growth = (float) factor * tokens / original - (float) (factor - 1);
        base = (float) theta * (float) Math.pow(growth, (double) features / (features - 2));
      }
      double[] values = new double[count()];
      for (int i = 0; i < values.length; i++) {
        values[i] = 1 / (float) Math.pow(base, (float) (2 * i) / features);
      }
      return values;
    }

    @Override
    public int regime(int tokens) {
      return Math.max(tokens, original);
    }
  }

  private static List<Double> checked(List<Double> values) {
    if (values.isEmpty()) {
      throw new GraphException("inverse frequencies: expected at least one, found none");
    }
    return List.copyOf(values);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
