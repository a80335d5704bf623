package dev.statecraft.training;

import dev.statecraft.training.task.Score;
import java.util.Map;

/** Is told how a run goes, on the thread that runs it. */
public interface TrainingListener {
  /**
   * An optimizer step.
   *
   * @param step counted from 1
   * @param epoch passes over the data so far, with fractions
   * @param loss mean over the step's labels, before the step
   * @param learningRate of the step
   * @param gradientNorm before clipping
   * @param tokens of the step
   * @param seconds it took
   * @param peakBytes the most bytes of tensors in the step
   */
  record Step(
      long step,
      double epoch,
      double loss,
      double learningRate,
      double gradientNorm,
      long tokens,
      double seconds,
      long peakBytes) {}

  void step(Step step);

  /**
   * An evaluation.
   *
   * @param step optimizer steps before it
   * @param metrics by name
   */
  void evaluated(long step, double epoch, Map<String, Double> metrics);

  /** What the evaluation was made of that {@link #evaluated} tells of next. */
  default void scored(Score score) {}

  /** Something the user should know, such as micro-batches that had to become smaller. */
  default void note(String line) {}
}
