package dev.statecraft.control.theory;

import java.util.Random;
import java.util.stream.IntStream;

/** Systems and matrices that tests draw. */
final class RandomSystems {
  private RandomSystems() {}

  /** One with a spectral radius. */
  static LinearSystem withRadius(
      double radius, int states, int inputs, int outputs, Random random) {
    Matrix a = Matrix.gaussian(states, states, random);
    return LinearSystem.of(
        a.scaled(radius / a.spectralRadius()),
        Matrix.gaussian(states, inputs, random),
        Matrix.gaussian(outputs, states, random));
  }

  /** Symmetric, with eigenvalues of 0.1 or more. */
  static Matrix positiveDefinite(int size, Random random) {
    Matrix root = Matrix.gaussian(size, size, random);
    return root.times(root.transpose()).plus(Matrix.identity(size).scaled(0.1));
  }

  /** A product of two thin factors. */
  static Matrix ofRank(int rank, int rows, int columns, Random random) {
    return Matrix.gaussian(rows, rank, random).times(Matrix.gaussian(rank, columns, random));
  }

  static double[] uniform(int count, double least, double most, Random random) {
    return IntStream.range(0, count)
        .mapToDouble(i -> least + (most - least) * random.nextDouble())
        .toArray();
  }
}
