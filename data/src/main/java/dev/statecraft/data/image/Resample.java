package dev.statecraft.data.image;

/** The filters that pictures are resized with, as Pillow defines them. */
public enum Resample {
  /** The pixel at the place itself. */
  NEAREST(0) {
    @Override
    double weight(double x) {
      throw new IllegalStateException("nearest is no convolution");
    }
  },
  /** A sinc under the middle lobe of a three times as wide one. */
  LANCZOS(3) {
    @Override
    double weight(double x) {
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  },
  /** A triangle. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** Keys' cubic convolution with a = -1/2. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double a = -0.5;
      double t = Math.abs(x);
      if (t < 1) {
        return ((a + 2) * t - (a + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    }
  },
  /** The mean over a pixel's area. */
  BOX(0.5) {
    @Override
    double weight(double x) {
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    }
  },
  /** A sinc under Hamming's window. */
  HAMMING(1) {
    @Override
    double weight(double x) {
      return Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x));
    }
  };

  private final double support;

  Resample(double support) {
    this.support = support;
  }

  /** How far from its middle the filter reaches, in pixels. */
  double support() {
    return support;
  }

  /** The filter's value, not normalised. */
  abstract double weight(double x);

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }
}
