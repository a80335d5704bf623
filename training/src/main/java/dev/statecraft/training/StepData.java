package dev.statecraft.training;

import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.data.MicroBatch;
import dev.statecraft.data.Packing;
import dev.statecraft.training.task.ExampleSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;

/**
 * What an optimizer step is taken on; made without a session.
 *
 * @param epoch that the step is in, from 0
 * @param chosen the step's examples
 * @param labels they carry
 * @param parts the same examples by micro-batch
 * @param batches the micro-batches
 * @param halvings how often they were halved
 */
record StepData(
    int epoch,
    MicroBatch chosen,
    long labels,
    List<List<Integer>> parts,
    List<HostBatch> batches,
    int halvings) {

  /**
   * The data of steps in order, each made when it is asked for.
   *
   * @param epochs chooses the steps' examples
   * @param first number of the first step, from 0
   * @param end number of the step behind the last
   * @param halvings how often micro-batches are to be halved; asked for every step
   */
  static Iterator<StepData> of(
      ExampleSet examples,
      BatchSampler epochs,
      BatchLimit limit,
      long first,
      long end,
      IntSupplier halvings) {
    Source source = new Source(examples, examples.lengths(), epochs, limit, halvings);
    return LongStream.range(first, end).mapToObj(source::step).iterator();
  }

  /** The step's examples, for messages. */
  String names() {
    return "examples " + chosen.examples() + " of the training data, counted from 0";
  }

  /** Examples of the largest micro-batch. */
  int largestPart() {
    return parts.stream().mapToInt(List::size).max().orElseThrow();
  }

  /** The same step in half as large micro-batches, which are made anew. */
  StepData halved(ExampleSet examples) {
    return of(examples, epoch, chosen, labels, halves(parts), halvings + 1);
  }

  private static List<List<Integer>> halves(List<List<Integer>> parts) {
    List<List<Integer>> halves = new ArrayList<>();
    for (List<Integer> part : parts) {
      int middle = (part.size() + 1) / 2;
      halves.add(part.subList(0, middle));
      if (part.size() > 1) {
        halves.add(part.subList(middle, part.size()));
      }
    }
    return halves;
  }

  private static StepData of(
      ExampleSet examples,
      int epoch,
      MicroBatch chosen,
      long labels,
      List<List<Integer>> parts,
      int halvings) {
    return new StepData(
        epoch,
        chosen,
        labels,
        parts,
        parts.stream().map(part -> examples.hostBatch(part, epoch)).toList(),
        halvings);
  }

  /** Makes steps; keeps the order of the epoch that it is in. */
  private static final class Source {
    private final ExampleSet examples;
    private final int[] lengths;
    private final BatchSampler epochs;
    private final BatchLimit limit;
    private final IntSupplier halvings;
    private int epoch = -1;
    private List<MicroBatch> steps = List.of();

    Source(
        ExampleSet examples,
        int[] lengths,
        BatchSampler epochs,
        BatchLimit limit,
        IntSupplier halvings) {
      this.examples = examples;
      this.lengths = lengths;
      this.epochs = epochs;
      this.limit = limit;
      this.halvings = halvings;
    }

    StepData step(long number) {
      MicroBatch chosen = chosen(number);
      List<List<Integer>> parts =
          Packing.of(lengths, chosen.examples(), limit).stream().map(MicroBatch::examples).toList();
      int wanted = halvings.getAsInt();
      for (int i = 0; i < wanted; i++) {
        parts = halves(parts);
      }
      return of(examples, epoch, chosen, examples.labels(chosen.examples()), parts, wanted);
    }

    private MicroBatch chosen(long number) {
      if (epoch < 0) {
        enter(0);
      }
      // Every epoch has as many steps.
      int wanted = Math.toIntExact(number / steps.size());
      if (wanted != epoch) {
        enter(wanted);
      }
      return steps.get((int) (number % steps.size()));
    }

    private void enter(int number) {
      epoch = number;
      steps = epochs.epoch(number);
    }
  }
}
