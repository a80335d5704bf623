package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Groups the examples of a dataset into micro-batches, every example once an epoch.
 *
 * <p>An epoch's order is {@link Permutation#of} the examples, with a seed drawn from the sampler's
 * seed and the epoch's number; micro-batches are filled in that order, each as far as the limit
 * allows. With a window, the permuted order is first cut into windows of that many examples and
 * each is sorted by length, so that a micro-batch holds examples of like length and little padding;
 * windows are sorted upwards and downwards in turn, so that lengths do not jump where two windows
 * meet, and the finished micro-batches are permuted in their turn, so that length is no trend
 * within an epoch.
 *
 * <p>All is a function of the lengths, the limit, the window, the seed and the epoch: to resume,
 * save the {@link BatchPosition}.
 */
public final class BatchSampler {
  private final int[] lengths;
  private final BatchLimit limit;
  private final int window;
  private final long seed;

  /**
   * A sampler over {@code lengths.length} examples.
   *
   * @param lengths the number of tokens of each example
   * @param limit how large a micro-batch may become
   * @param window how many examples are sorted by length together; 0 or 1 for no sorting
   * @throws InvalidInputException if there are no examples, if one alone exceeds the limit, or if
   *     the window is negative
   * @throws IllegalArgumentException if a length is negative
   */
  public BatchSampler(int[] lengths, BatchLimit limit, int window, long seed) {
    if (lengths.length == 0) {
      throw new InvalidInputException("cannot make micro-batches of no examples");
    }
    if (window < 0) {
      throw new InvalidInputException(
          "the sorting window should be 0 or more examples, found " + window);
    }
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] < 0) {
        throw new IllegalArgumentException("example " + i + " has length " + lengths[i]);
      }
    }
    limit.check(lengths);
    this.lengths = lengths.clone();
    this.limit = limit;
    this.window = window;
    this.seed = seed;
  }

  /** The micro-batches of an epoch, numbered from 0, in order. */
  public List<MicroBatch> epoch(int epoch) {
    // SplittableRandom hashes its state, so that neighbouring epochs have unrelated seeds; epochs
    // added to a plain seed would give streams that are shifted copies of one another.
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
    long exampleSeed = random.nextLong();
    long batchSeed = random.nextLong();
    int[] order = Permutation.of(lengths.length, exampleSeed);
    return window > 1
        ? Permutation.shuffled(Packing.inOrder(lengths, sortedInWindows(order), limit), batchSeed)
        : Packing.inOrder(lengths, Arrays.stream(order).boxed().toList(), limit);
  }

  /**
   * The micro-batches of the dataset in its own order, for evaluation; the examples of each in
   * ascending order of length.
   */
  public List<MicroBatch> inOrder() {
    return Packing.inOrder(lengths, IntStream.range(0, lengths.length).boxed().toList(), limit)
        .stream()
        .map(batch -> Packing.ascending(lengths, batch))
        .toList();
  }

  /**
   * All micro-batches from a position on, epoch after epoch without end.
   *
   * @throws IllegalArgumentException if the position's epoch has no such micro-batch; the index
   *     just behind its last one stands for the start of the next epoch
   */
  public Cursor from(BatchPosition position) {
    return new Cursor(position);
  }

  private List<Integer> sortedInWindows(int[] order) {
    List<Integer> sorted = new ArrayList<>(order.length);
    Comparator<Integer> byLength = Comparator.comparingInt(index -> lengths[index]);
    boolean upwards = true;
    int size = Math.min(window, order.length);
    for (int start = 0; start < order.length; start += size) {
      int end = Math.min(start + size, order.length);
      Arrays.stream(order, start, end)
          .boxed()
          .sorted(upwards ? byLength : byLength.reversed())
          .forEach(sorted::add);
      upwards = !upwards;
    }
    return sorted;
  }

  /** An endless walk over the micro-batches that knows where it is. */
  public final class Cursor implements Iterator<MicroBatch> {
    private int epoch;
    private int index;
    private List<MicroBatch> batches;

    private Cursor(BatchPosition position) {
      epoch = position.epoch();
      index = position.index();
      batches = BatchSampler.this.epoch(epoch);
      if (index > batches.size()) {
        throw new IllegalArgumentException(
            "epoch " + epoch + " has " + batches.size() + " micro-batches, cannot go to " + index);
      }
      enterNextEpochAtEnd();
    }

    /** Where the micro-batch is that {@link #next()} returns next. */
    public BatchPosition position() {
      return new BatchPosition(epoch, index);
    }

    /** True until the epochs' numbers run out. */
    @Override
    public boolean hasNext() {
      return epoch < Integer.MAX_VALUE;
    }

    @Override
    public MicroBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("no epoch after " + epoch);
      }
      MicroBatch batch = batches.get(index++);
      enterNextEpochAtEnd();
      return batch;
    }

    private void enterNextEpochAtEnd() {
      if (index == batches.size()) {
        epoch++;
        index = 0;
        batches = BatchSampler.this.epoch(epoch);
      }
    }
  }
}
