package dev.statecraft.studio.steer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What two kinds of texts differ in: the mean of every layer's output at the last token.
 *
 * @param positive means by layer, {@code [hidden]} each
 * @param negative likewise
 */
public record Contrast(List<double[]> positive, List<double[]> negative) {
  /** Differences below this part of what both sides have in common are taken for rounding. */
  private static final double ROUNDING = 1e-6;

  /** Keeps copies of the lists. */
  public Contrast {
    positive = List.copyOf(positive);
    negative = List.copyOf(negative);
  }

  /** How many layers there are. */
  public int layers() {
    return positive.size();
  }

  /** e: the mean over positive texts minus that over negative ones, {@code [hidden]}. */
  private double[] difference(int layer) {
    return Vectors.sum(positive.get(layer), -1, negative.get(layer));
  }

  /** |e| of a layer. */
  public double size(int layer) {
    return Vectors.length(difference(layer));
  }

  /** v = e / |e| of a layer, {@code [hidden]}. */
  double[] direction(int layer) {
    return Vectors.scaled(difference(layer), 1 / size(layer));
  }

  /** The first layer whose e is nothing, or no number. */
  public OptionalInt flat() {
    for (int layer = 0; layer < layers(); layer++) {
      double common = Vectors.length(negative.get(layer));
      if (!(size(layer) > ROUNDING * common && Double.isFinite(size(layer)))) {
        return OptionalInt.of(layer);
      }
    }
    return OptionalInt.empty();
  }

  /** Whether all means are of finite numbers. */
  public boolean isFinite() {
    return Stream.concat(positive.stream(), negative.stream())
        .allMatch(mean -> Double.isFinite(Vectors.length(mean)));
  }

  /** v'x of the means of each layer, along this contrast's directions. */
  List<Double> along(List<double[]> means) {
    List<Double> along = new ArrayList<>();
    for (int layer = 0; layer < layers(); layer++) {
      along.add(Vectors.dot(direction(layer), means.get(layer)));
    }
    return along;
  }
}
