package dev.statecraft.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a run is: with its options, its parameters and their moments, all that going on needs.
 * The order of examples, dropout and the learning rate are functions of the seed and the step.
 *
 * @param step optimizer steps taken
 * @param halvings how often micro-batches were halved because memory was out
 * @param seconds spent in steps
 * @param evaluations in order
 * @param peak the fullest moment of any step
 * @param peakParts examples of each micro-batch of that step
 */
public record Progress(
    long step,
    int halvings,
    double seconds,
    List<Evaluation> evaluations,
    Optional<MemoryUse> peak,
    List<List<Integer>> peakParts) {
  /** Before the first step and the first evaluation. */
  public static final Progress NONE = new Progress(0, 0, 0, List.of(), Optional.empty(), List.of());

  public Progress {
    if (step < 0 || halvings < 0) {
      throw new IllegalArgumentException(
          "expected 0 or more steps and halvings, found " + step + " and " + halvings);
    }
    evaluations = List.copyOf(evaluations);
    peakParts = peakParts.stream().map(List::copyOf).toList();
  }

  /** One step further. */
  Progress afterStep(double took) {
    return new Progress(step + 1, halvings, seconds + took, evaluations, peak, peakParts);
  }

  Progress withHalvings(int times) {
    return new Progress(step, times, seconds, evaluations, peak, peakParts);
  }

  Progress with(Evaluation evaluation) {
    List<Evaluation> more = new ArrayList<>(evaluations);
    more.add(evaluation);
    return new Progress(step, halvings, seconds, more, peak, peakParts);
  }

  Progress withPeak(MemoryUse use, List<List<Integer>> parts) {
    return new Progress(step, halvings, seconds, evaluations, Optional.of(use), parts);
  }
}
