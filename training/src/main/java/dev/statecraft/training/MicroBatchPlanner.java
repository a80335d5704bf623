package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.run.Batch;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.data.MicroBatch;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.task.ExampleSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sizes of micro-batches of a training set, judged by the largest that a step may come to have: its
 * longest examples.
 */
public final class MicroBatchPlanner {
  private final Graph graph;
  private final ComputeOptions compute;
  private final ExampleSet examples;
  private final int batchSize;

  /** Indices of the examples, the longest first. */
  private final List<Integer> longestFirst;

  /**
   * Prepares the search.
   *
   * @param graph a tuned graph
   * @param batchSize examples of an optimizer step
   */
  public MicroBatchPlanner(
      Graph graph, ComputeOptions compute, ExampleSet examples, int batchSize) {
    this.graph = graph;
    this.compute = compute;
    this.examples = examples;
    this.batchSize = Math.min(batchSize, examples.size());
    int[] lengths = examples.lengths();
    longestFirst =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.comparingInt((Integer index) -> lengths[index]).reversed())
            .toList();
  }

  /** Examples of the largest micro-batch under a limit, the longest first. */
  public List<Integer> largest(BatchLimit limit) {
    int[] lengths = examples.lengths();
    int[] sorted = longestFirst.stream().mapToInt(index -> lengths[index]).toArray();
    // The longest example may leave no room for its neighbours, so that shorter ones fill the limit
    // better, among themselves or beside it.
    return Stream.concat(
            Stream.of(besideTheLongest(sorted, limit)),
            new BatchSampler(sorted, limit, 1, 0)
                .inOrder().stream()
                    .map(MicroBatch::examples)
                    .map(part -> part.stream().sorted().limit(batchSize).toList()))
        .max(Comparator.comparingInt(part -> part.stream().mapToInt(i -> sorted[i]).sum()))
        .orElseThrow()
        .stream()
        .map(longestFirst::get)
        .toList();
  }

  /** The longest example and whichever still find room, as a step's packing might join them. */
  private List<Integer> besideTheLongest(int[] sorted, BatchLimit limit) {
    List<Integer> part = new ArrayList<>();
    long tokens = 0;
    for (int i = 0; i < sorted.length && part.size() < batchSize; i++) {
      if (limit.allows(part.size() + 1, tokens + sorted[i], sorted[0])) {
        part.add(i);
        tokens += sorted[i];
      }
    }
    return part;
  }

  /** Lays out examples for a dry run, in ascending order of length as a step's packing does. */
  public Function<Torch, Batch> layout(List<Integer> chosen) {
    int[] lengths = examples.lengths();
    List<Integer> ascending =
        chosen.stream().sorted(Comparator.comparingInt(index -> lengths[index])).toList();
    return torch -> examples.blank(torch, compute.dtype(), ascending);
  }

  /**
   * The largest number of tokens that fits a budget, no more than a whole step has.
   *
   * @return empty if the longest example alone does not fit
   */
  public Optional<BatchLimit> fitting(LayerPolicies store, long budget) {
    int fits = 0;
    int tooMany = batchSize + 1;
    int count = batchSize; // Mostly the whole step fits.
    while (tooMany - fits > 1) {
      long peak =
          DryRun.step(graph, compute, store, layout(longestFirst.subList(0, count))).peakBytes();
      if (peak <= budget) {
        fits = count;
      } else {
        tooMany = count;
      }
      count = (fits + tooMany) / 2;
    }
    int[] lengths = examples.lengths();
    return fits == 0
        ? Optional.empty()
        : Optional.of(
            BatchLimit.tokens(
                longestFirst.stream().limit(fits).mapToInt(index -> lengths[index]).sum()));
  }
}
