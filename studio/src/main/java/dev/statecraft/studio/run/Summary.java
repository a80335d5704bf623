package dev.statecraft.studio.run;

import dev.statecraft.data.DataAccount;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StepMemory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What became of a run: {@code summary.json}.
 *
 * @param status whether it came to its end
 * @param method the method's name
 * @param trainableParameters how many numbers were trained
 * @param steps optimizer steps taken
 * @param seconds of training, without loading and evaluations
 * @param tokensPerSecond over those seconds
 * @param last the last evaluation, if there was one
 * @param best the best by the recipe's first metric
 * @param store which states were stored, in words
 * @param use the fullest moment that was measured
 * @param predicted the plan's prediction of the step it was in
 * @param peakRssBytes the process's peak, on systems that tell
 * @param threads that computed
 * @param data what was read, by part, such as {@code training}
 * @param learningRate the highest
 * @param headLearningRate the highest of the task's head, if there is one
 * @param modelDropout what was dropped of the model, in words
 */
public record Summary(
    Status status,
    String method,
    long trainableParameters,
    long steps,
    double seconds,
    double tokensPerSecond,
    Optional<Evaluation> last,
    Optional<Evaluation> best,
    String store,
    MemoryUse use,
    Optional<StepMemory> predicted,
    Optional<Long> peakRssBytes,
    int threads,
    Map<String, DataAccount> data,
    double learningRate,
    Optional<Double> headLearningRate,
    String modelDropout) {

  /** Whether a run came to its end. */
  public enum Status {
    /** All its steps were taken, or it ended early because it was to. */
    FINISHED,
    /** The user or the system stopped it. */
    INTERRUPTED,
    /** It could not go on. */
    FAILED;

    /** The word for it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Measured bytes by category at the peak. */
  public Map<String, Long> memory() {
    return use.categories();
  }

  /** The most bytes of tensors in any step. */
  public long measuredPeakBytes() {
    return use.peakBytes();
  }

  /** As {@code summary.json} and {@code --json} show it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("status", status.label());
    map.put("method", method);
    map.put("trainable_parameters", trainableParameters);
    map.put("steps", steps);
    map.put("seconds", seconds);
    map.put("tokens_per_second", tokensPerSecond);
    map.put("threads", threads);
    map.put("last_evaluation", last.map(Evaluation::toMap));
    map.put("best_evaluation", best.map(Evaluation::toMap));
    map.put("learning_rate", learningRate);
    headLearningRate.ifPresent(rate -> map.put("head_learning_rate", rate));
    map.put("model_dropout", modelDropout);
    if (!data.isEmpty()) {
      Map<String, Object> parts = new TreeMap<>();
      data.forEach((part, account) -> parts.put(part, account.toMap()));
      map.put("data", parts);
    }
    map.put("store", store);
    map.put("memory", memory());
    predicted.ifPresent(step -> map.put("predicted_peak_bytes", step.peak().peakBytes()));
    map.put("measured_peak_bytes", measuredPeakBytes());
    map.put("peak_rss_bytes", peakRssBytes);
    predicted.ifPresent(
        step -> {
          map.put("memory_timeline", timeline(step));
          map.put("stored_states", step.storedStates());
        });
    return map;
  }

  /** {@code state_gradients} is a part of the workspace; the other categories add up. */
  private static List<Map<String, Object>> timeline(StepMemory step) {
    return step.timeline().stream()
        .map(
            moment -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("step", moment.step());
              entry.put("bytes", moment.use().peakBytes());
              entry.put("memory", moment.use().categories());
              entry.put("state_gradients", moment.use().stateGradients());
              return entry;
            })
        .toList();
  }
}
