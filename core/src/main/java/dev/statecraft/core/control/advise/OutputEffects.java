package dev.statecraft.core.control.advise;

/**
 * What edges at one place can do to the outputs of one example.
 *
 * @param gramian W {@code [outputs][outputs]}, of all edges there
 * @param moved how far the edge that was aimed at moves each output
 */
public record OutputEffects(double[][] gramian, double[] moved) {
  /** Takes a sensor's sums apart. */
  static OutputEffects of(double[] sums, int outputs) {
    double[][] gramian = new double[outputs][outputs];
    double[] moved = new double[outputs];
    for (int i = 0; i < outputs; i++) {
      System.arraycopy(sums, i * (outputs + 1), gramian[i], 0, outputs);
      moved[i] = sums[i * (outputs + 1) + outputs];
    }
    return new OutputEffects(gramian, moved);
  }
}
