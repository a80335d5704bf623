package dev.statecraft.studio.track;

import dev.statecraft.training.Evaluation;
import dev.statecraft.training.StepMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/** What trackers call the numbers of a run. */
final class Scalars {
  private Scalars() {}

  /** Of an optimizer step. */
  static Map<String, Double> of(StepMetrics step) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("train/loss", step.loss());
    scalars.put("train/learning_rate", step.learningRate());
    scalars.put("train/grad_norm", step.gradientNorm());
    scalars.put("train/epoch", step.epoch());
    scalars.put("speed/tokens_per_second", step.tokensPerSecond());
    scalars.put("memory/peak_bytes", (double) step.peakBytes());
    return scalars;
  }

  /** Of an evaluation: {@code eval/accuracy} and the like. */
  static Map<String, Double> of(Evaluation evaluation) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    evaluation.metrics().forEach((name, value) -> scalars.put("eval/" + name, value));
    return scalars;
  }
}
