package dev.statecraft.cli.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a run: {@code summary.json}.
 *
 * @param method the method's name
 * @param trainableParameters how many numbers were trained
 * @param steps optimizer steps taken
 * @param seconds of training, without loading and evaluations
 * @param tokensPerSecond over those seconds
 * @param last the last evaluation, if there was one
 * @param best the best by the recipe's first metric
 * @param memory bytes by category at the peak
 * @param measuredPeakBytes the ledger's peak
 * @param predictedPeakBytes the plan's prediction of it
 * @param peakRssBytes the process's peak, on systems that tell
 */
public record Summary(
    String method,
    long trainableParameters,
    long steps,
    double seconds,
    double tokensPerSecond,
    Optional<Evaluation> last,
    Optional<Evaluation> best,
    Map<String, Long> memory,
    long measuredPeakBytes,
    Optional<Long> predictedPeakBytes,
    Optional<Long> peakRssBytes) {
  public Summary {
    memory = Collections.unmodifiableMap(new LinkedHashMap<>(memory));
  }

  /** As {@code summary.json} and {@code --json} show it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", method);
    map.put("trainable_parameters", trainableParameters);
    map.put("steps", steps);
    map.put("seconds", seconds);
    map.put("tokens_per_second", tokensPerSecond);
    map.put("last_evaluation", last.map(Evaluation::toMap));
    map.put("best_evaluation", best.map(Evaluation::toMap));
    map.put("memory", memory);
    predictedPeakBytes.ifPresent(bytes -> map.put("predicted_peak_bytes", bytes));
    map.put("measured_peak_bytes", measuredPeakBytes);
    map.put("peak_rss_bytes", peakRssBytes);
    return map;
  }
}
