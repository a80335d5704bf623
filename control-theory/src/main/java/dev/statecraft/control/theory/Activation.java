package dev.statecraft.control.theory;

import org.ojalgo.function.special.ErrorFunction;

/** What a hidden unit makes of its input, and its slope. */
public enum Activation {
  /** {@code max(x, 0)}; the slope at 0 is taken as 0. */
  RELU {
    @Override
    public double value(double x) {
      return Math.max(x, 0);
    }

    @Override
    public double slope(double x) {
      return x > 0 ? 1 : 0;
    }
  },
  /** {@code x P(X <= x)} of a standard normal X, not approximated by a tanh. */
  GELU {
    @Override
    public double value(double x) {
      return x * below(x);
    }

    @Override
    public double slope(double x) {
      return below(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double below(double x) {
      return ErrorFunction.erfc(-x / Math.sqrt(2)) / 2;
    }
  },
  /** {@code x / (1 + exp(-x))}. */
  SILU {
    @Override
    public double value(double x) {
      return x * sigmoid(x);
    }

    @Override
    public double slope(double x) {
      return sigmoid(x) * (1 + x * (1 - sigmoid(x)));
    }

    private static double sigmoid(double x) {
      return 1 / (1 + Math.exp(-x));
    }
  };

  /** What it makes of x. */
  public abstract double value(double x);

  /** How fast that grows with x. */
  public abstract double slope(double x);
}
