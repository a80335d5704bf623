package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Which rows of one or several files are learned from, how often an epoch, and which are held out.
 * It is made from the number of rows and, where there are classes, the class of each, so the rows
 * need not be in memory; they are numbered from 0 in the order of the files.
 *
 * <p>In this order: the part to hold out is taken from all rows ({@link DatasetSplit#heldOut});
 * each file's other rows are taken as often as its weight says, a part of them once more for the
 * fraction of the weight; of what that gives, at most the largest number of examples is drawn.
 *
 * <p>The part to hold out never takes all rows of a class: where the draw did, the last of its rows
 * that was drawn goes back, and the next row of the draw takes its place whose class has another.
 */
public final class RowSelection {
  private final BitSet heldOut;
  private final int[] uses;

  private RowSelection(BitSet heldOut, int[] uses) {
    this.heldOut = heldOut;
    this.uses = uses;
  }

  /**
   * A file's part in a selection.
   *
   * @param rows how many it has
   * @param weight how often each row is taken; 0.5 for a half of the rows, 2.5 for every row twice
   *     and half of them once more
   */
  public record FileRows(int rows, double weight) {
    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException if the weight is not a positive number of a size to be sensible
     */
    public FileRows {
      if (!(weight > 0 && weight <= 1000)) {
        throw new InvalidInputException(
            "weight: expected a number above 0 and up to 1000, found " + weight);
      }
    }
  }

  /**
   * Selects rows.
   *
   * @param split the part to hold out; empty for none
   * @param most the most examples to learn from; empty for all
   * @throws InvalidInputException if a part would be empty, or one of the two numbers makes no
   *     sense, or there would be more examples than an {@code int} counts
   */
  public static RowSelection of(
      List<FileRows> files, OptionalDouble split, OptionalInt most, long seed) {
    return of(files, Optional.empty(), split, most, seed);
  }

  /**
   * Selects rows so that each class has one to learn from.
   *
   * @param classes the class of each row, from 0; empty where rows have none
   * @throws InvalidInputException as without classes
   */
  public static RowSelection of(
      List<FileRows> files,
      Optional<int[]> classes,
      OptionalDouble split,
      OptionalInt most,
      long seed) {
    int n = Math.toIntExact(files.stream().mapToLong(FileRows::rows).sum());
    BitSet heldOut =
        split.isPresent() ? DatasetSplit.heldOut(n, split.getAsDouble(), seed) : new BitSet();
    if (split.isPresent() && classes.isPresent()) {
      keepEachClass(heldOut, classes.get(), Permutation.of(n, seed));
    }
    int[] uses = new int[n];
    int first = 0;
    for (int i = 0; i < files.size(); i++) {
      FileRows file = files.get(i);
      int[] rows =
          IntStream.range(first, first + file.rows()).filter(row -> !heldOut.get(row)).toArray();
      take(uses, rows, file.weight(), seed + i);
      first += file.rows();
    }
    long total = Arrays.stream(uses).asLongStream().sum();
    if (total == 0 || total > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "the training data: expected between 1 and 2^31 examples, found "
              + total
              + " with these weights");
    }
    if (most.isPresent() && most.getAsInt() < total) {
      limit(uses, (int) total, most.getAsInt(), seed);
    }
    return new RowSelection(heldOut, uses);
  }

  /** Gives every class of which all rows are held out one of them back. */
  private static void keepEachClass(BitSet heldOut, int[] classes, int[] order) {
    int[] learned = new int[Arrays.stream(classes).max().orElse(-1) + 1];
    for (int row = 0; row < classes.length; row++) {
      learned[classes[row]] += heldOut.get(row) ? 0 : 1;
    }
    int missing = 0;
    for (int i = order.length - 1; i >= 0; i--) {
      int row = order[i];
      if (heldOut.get(row) && learned[classes[row]] == 0) {
        heldOut.clear(row);
        learned[classes[row]]++;
        missing++;
      }
    }
    int given = missing;
    for (int i = heldOut.cardinality() + given; i < order.length && missing > 0; i++) {
      if (learned[classes[order[i]]] > 1) {
        heldOut.set(order[i]);
        learned[classes[order[i]]]--;
        missing--;
      }
    }
    if (heldOut.isEmpty()) {
      throw new InvalidInputException(
          "holding out a part of "
              + classes.length
              + " examples leaves a part empty, as no label has more than one example");
    }
  }

  /** Whether a row is for evaluation. */
  public boolean isHeldOut(int row) {
    return heldOut.get(row);
  }

  /** How often an epoch learns from a row. */
  public int uses(int row) {
    return uses[row];
  }

  private static void take(int[] uses, int[] rows, double weight, long seed) {
    int whole = (int) weight;
    for (int row : rows) {
      uses[row] = whole;
    }
    long more = Math.round((weight - whole) * rows.length);
    if (more > 0) {
      Arrays.stream(Permutation.of(rows.length, seed)).limit(more).forEach(i -> uses[rows[i]]++);
    }
  }

  /** Draws so many of all uses of rows. */
  private static void limit(int[] uses, int total, int most, long seed) {
    BitSet drawn = new BitSet(total);
    Arrays.stream(Permutation.of(total, seed)).limit(most).forEach(drawn::set);
    int use = 0;
    for (int row = 0; row < uses.length; row++) {
      int end = use + uses[row];
      uses[row] = drawn.get(use, end).cardinality();
      use = end;
    }
  }
}
