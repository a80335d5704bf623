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
import java.util.stream.LongStream;

/**
 * What an optimizer step is taken on; made without a session.
 *
 * @param epoch that the step is in, from 0
 * @param chosen the step's examples
 * @param labels they carry
 * @param parts the same examples by micro-batch
 * @param batches the micro-batches
 */
record StepData(
    int epoch, MicroBatch chosen, long labels, List<List<Integer>> parts, List<HostBatch> batches) {

  /**
   * The data of steps in order, each made when it is asked for.
   *
   * @param epochs chooses the steps' examples
   * @param first number of the first step, from 0
   * @param end number of the step behind the last
   */
  static Iterator<StepData> of(
      ExampleSet examples, BatchSampler epochs, BatchLimit limit, long first, long end) {
    Source source = new Source(examples, examples.lengths(), epochs, limit);
    return LongStream.range(first, end).mapToObj(source::step).iterator();
  }

  /** Examples of the largest micro-batch. */
  int largestPart() {
    return parts.stream().mapToInt(List::size).max().orElseThrow();
  }

  /** The same step in half as large micro-batches, which are made anew. */
  StepData halved(ExampleSet examples) {
    List<List<Integer>> halves = new ArrayList<>();
    for (List<Integer> part : parts) {
      int middle = (part.size() + 1) / 2;
      halves.add(part.subList(0, middle));
      if (part.size() > 1) {
        halves.add(part.subList(middle, part.size()));
      }
    }
    return of(examples, epoch, chosen, labels, halves);
  }

  private static StepData of(
      ExampleSet examples, int epoch, MicroBatch chosen, long labels, List<List<Integer>> parts) {
    return new StepData(
        epoch,
        chosen,
        labels,
        parts,
        parts.stream().map(part -> examples.hostBatch(part, epoch)).toList());
  }

  /** Makes steps; keeps the order of the epoch that it is in. */
  private static final class Source {
    private final ExampleSet examples;
    private final int[] lengths;
    private final BatchSampler epochs;
    private final BatchLimit limit;
    private int epoch = -1;
    private List<MicroBatch> steps = List.of();

    Source(ExampleSet examples, int[] lengths, BatchSampler epochs, BatchLimit limit) {
      this.examples = examples;
      this.lengths = lengths;
      this.epochs = epochs;
      this.limit = limit;
    }

    StepData step(long number) {
      MicroBatch chosen = chosen(number);
      List<List<Integer>> parts =
          Packing.of(lengths, chosen.examples(), limit).stream().map(MicroBatch::examples).toList();
      return of(examples, epoch, chosen, examples.labels(chosen.examples()), parts);
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
