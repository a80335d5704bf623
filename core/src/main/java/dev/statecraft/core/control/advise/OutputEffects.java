package dev.statecraft.core.control.advise;

/** What edges at one place can do to the outputs of one example. */
public final class OutputEffects {
  private final double[] sums;
  private final int outputs;

  /**
   * What a sensor saw.
   *
   * @param sums {@code [outputs, outputs + 1]} row by row: the Gramian, and in a last column how
   *     far the edge that was aimed at moves each output
   */
  public OutputEffects(double[] sums, int outputs) {
    this.sums = sums.clone();
    this.outputs = outputs;
  }

  public int outputs() {
    return outputs;
  }

  /** An element of W, the Gramian of all edges there. */
  public double gramian(int row, int column) {
    return sums[row * (outputs + 1) + column];
  }

  /** How far the edge that was aimed at moves an output. */
  public double moved(int output) {
    return sums[output * (outputs + 1) + outputs];
  }
}
