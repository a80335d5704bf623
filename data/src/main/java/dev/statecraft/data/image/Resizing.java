package dev.statecraft.data.image;

/**
 * Resizes pictures to the bit as Pillow's {@code Image.resize} does.
 *
 * <p>A convolution with a filter that is widened by the scale where the picture shrinks, so that
 * every pixel counts (antialiasing); rows first, then columns, with 8 bits between the two. Weights
 * of a pixel sum to 1 in fixed point with 22 bits of fraction. Source of the arithmetic: Pillow,
 * src/libImaging/Resample.c (nearest: Geometry.c).
 */
public final class Resizing {
  /** 32 bits without the 8 of a sample and 2 for the overshoot of filters that go below 0. */
  private static final int FRACTION_BITS = 32 - 8 - 2;

  private Resizing() {}

  /** The picture in another size; the same picture if it has that size. */
  public static Picture resize(Picture picture, int width, int height, Resample filter) {
    if (filter == Resample.NEAREST) {
      return nearest(picture, width, height);
    }
    Picture wide =
        width == picture.width() ? picture : rows(picture, Taps.of(picture.width(), width, filter));
    return height == wide.height() ? wide : columns(wide, Taps.of(wide.height(), height, filter));
  }

  private static Picture nearest(Picture picture, int width, int height) {
    int channels = picture.channels();
    double across = (double) picture.width() / width;
    double down = (double) picture.height() / height;
    byte[] samples = new byte[width * height * channels];
    for (int y = 0; y < height; y++) {
      int fromY = (int) ((y + 0.5) * down);
      for (int x = 0; x < width; x++) {
        int from = (fromY * picture.width() + (int) ((x + 0.5) * across)) * channels;
        System.arraycopy(picture.samples(), from, samples, (y * width + x) * channels, channels);
      }
    }
    return new Picture(width, height, channels, samples);
  }

  private static Picture rows(Picture picture, Taps taps) {
    int channels = picture.channels();
    int width = taps.count();
    byte[] in = picture.samples();
    byte[] out = new byte[width * picture.height() * channels];
    for (int y = 0; y < picture.height(); y++) {
      int row = y * picture.width() * channels;
      for (int x = 0; x < width; x++) {
        int[] weights = taps.weights[x];
        int first = row + taps.first[x] * channels;
        for (int c = 0; c < channels; c++) {
          int sum = 1 << (FRACTION_BITS - 1);
          for (int i = 0; i < weights.length; i++) {
            sum += (in[first + i * channels + c] & 0xFF) * weights[i];
          }
          out[(y * width + x) * channels + c] = clipped(sum);
        }
      }
    }
    return new Picture(width, picture.height(), channels, out);
  }

  private static Picture columns(Picture picture, Taps taps) {
    int height = taps.count();
    int stride = picture.width() * picture.channels();
    byte[] in = picture.samples();
    byte[] out = new byte[stride * height];
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      java.util.Arrays.fill(sums, 1 << (FRACTION_BITS - 1));
      int[] weights = taps.weights[y];
      for (int i = 0; i < weights.length; i++) {
        int row = (taps.first[y] + i) * stride;
        int weight = weights[i];
        for (int x = 0; x < stride; x++) {
          sums[x] += (in[row + x] & 0xFF) * weight;
        }
      }
      for (int x = 0; x < stride; x++) {
        out[y * stride + x] = clipped(sums[x]);
      }
    }
    return new Picture(picture.width(), height, picture.channels(), out);
  }

  private static byte clipped(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
  }

  /** For every pixel of a row or column: the first pixel that it is made from, and the weights. */
  private static final class Taps {
    private final int[] first;
    private final int[][] weights;

    private Taps(int count) {
      first = new int[count];
      weights = new int[count][];
    }

    int count() {
      return first.length;
    }

    static Taps of(int from, int to, Resample filter) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1);
      double support = filter.support() * stretch;
      Taps taps = new Taps(to);
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        int first = Math.max(0, (int) (center - support + 0.5));
        int end = Math.min(from, (int) (center + support + 0.5));
        taps.first[i] = first;
        taps.weights[i] = fixed(filter, first, end - first, center, stretch);
      }
      return taps;
    }

    private static int[] fixed(
        Resample filter, int first, int count, double center, double stretch) {
      double[] weights = new double[count];
      double sum = 0;
      for (int i = 0; i < count; i++) {
        weights[i] = filter.weight((i + first - center + 0.5) * (1 / stretch));
        sum += weights[i];
      }
      int[] fixed = new int[count];
      for (int i = 0; i < count; i++) {
        double weight = sum == 0 ? weights[i] : weights[i] / sum;
        fixed[i] = (int) (Math.copySign(0.5, weight) + weight * (1 << FRACTION_BITS));
      }
      return fixed;
    }
  }
}
