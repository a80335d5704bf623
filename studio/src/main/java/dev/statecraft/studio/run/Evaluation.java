package dev.statecraft.studio.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An evaluation.
 *
 * @param step optimizer steps before it
 * @param epoch passes over the training data before it, with fractions
 * @param metrics values by name, in the recipe's order
 */
public record Evaluation(long step, double epoch, Map<String, Double> metrics) {
  public Evaluation {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** As summaries and {@code --json} show it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("step", step);
    map.put("epoch", epoch);
    map.putAll(metrics);
    return map;
  }
}
