package dev.statecraft.data;

/**
 * A place in the sequence of micro-batches, to be saved and resumed from.
 *
 * @param epoch the pass over the dataset, from 0
 * @param index the micro-batch within the epoch, from 0
 */
public record BatchPosition(int epoch, int index) {
  /** The first micro-batch of the first epoch. */
  public static final BatchPosition START = new BatchPosition(0, 0);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public BatchPosition {
    if (epoch < 0 || index < 0) {
      throw new IllegalArgumentException("negative position: epoch " + epoch + ", index " + index);
    }
  }
}
