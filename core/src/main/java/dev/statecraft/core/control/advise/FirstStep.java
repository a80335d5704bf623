package dev.statecraft.core.control.advise;

/** What an edge {@code x_v + B A x_u} would learn first: its B is 0, its A random. */
public final class FirstStep {
  private final double[] gradient;
  private final double[] moments;
  private final int rank;

  /**
   * What a sensor saw.
   *
   * @param gradient of the loss with respect to B, {@code [out, r]} row by row
   * @param moments sum over rows of {@code h h'}, {@code h = A x_u}, {@code [r, r]} row by row
   * @param rank r
   */
  public FirstStep(double[] gradient, double[] moments, int rank) {
    this.gradient = gradient.clone();
    this.moments = moments.clone();
    this.rank = rank;
  }

  /** Of the loss with respect to B, {@code [out, r]} row by row. */
  public double[] gradient() {
    return gradient.clone();
  }

  /** Sum over rows of {@code h h'}, {@code [r, r]} row by row. */
  public double[] moments() {
    return moments.clone();
  }

  public int rank() {
    return rank;
  }
}
