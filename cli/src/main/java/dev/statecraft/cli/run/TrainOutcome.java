package dev.statecraft.cli.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the engine measured over a whole training run.
 *
 * @param seconds of training, without loading and evaluations
 * @param memory bytes by category at the peak
 * @param measuredPeakBytes the ledger's peak
 * @param predictedPeakBytes the plan's prediction of it
 */
public record TrainOutcome(
    double seconds,
    Map<String, Long> memory,
    long measuredPeakBytes,
    Optional<Long> predictedPeakBytes) {
  public TrainOutcome {
    memory = Collections.unmodifiableMap(new LinkedHashMap<>(memory));
  }
}
