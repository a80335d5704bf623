package dev.statecraft.control.theory;

/**
 * What a hidden unit makes of its input, and its slope. Whoever has slopes of another function
 * gives those to {@link PushforwardRank}.
 */
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
