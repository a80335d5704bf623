package dev.statecraft.control.theory;

/**
 * The relative gain array {@code G o pinv(G)'}: how much the gain from an input to an output
 * changes when all other outputs are held (Bristol, On a new measure of interaction, 1966; of gains
 * that are not square, Chang and Yu, 1990). It does not depend on the units of inputs and outputs
 * if G is square. A column's sum near 0 is an input that the outputs can do without; a row's, an
 * output that the inputs do not reach.
 *
 * @param values {@code [outputs, inputs]}
 */
public record RelativeGainArray(Matrix values) {
  /** The array of steady-state gains, or gains at one frequency, {@code [outputs, inputs]}. */
  public static RelativeGainArray of(Matrix gains) {
    return new RelativeGainArray(gains.hadamard(gains.pseudoInverse().transpose()));
  }

  /** One for each input; they are 1 where G's columns are independent. */
  public double[] columnSums() {
    return values.columnSums();
  }

  /** One for each output; they are 1 where G's rows are independent. */
  public double[] rowSums() {
    return values.rowSums();
  }

  /**
   * The sum of magnitudes of {@code values - I}: 0 if the i-th input moves the i-th output alone.
   * Where the array is not square, I is the ones on its diagonal.
   */
  public double number() {
    double sum = 0;
    for (int i = 0; i < values.rows(); i++) {
      for (int j = 0; j < values.columns(); j++) {
        sum += Math.abs(values.at(i, j) - (i == j ? 1 : 0));
      }
    }
    return sum;
  }
}
