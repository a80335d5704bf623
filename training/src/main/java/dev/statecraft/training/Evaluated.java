package dev.statecraft.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An evaluation within a run.
 *
 * @param step optimizer steps before it
 * @param epoch passes over the training data before it, with fractions
 * @param metrics values by name
 */
public record Evaluated(long step, double epoch, Map<String, Double> metrics) {
  public Evaluated {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
