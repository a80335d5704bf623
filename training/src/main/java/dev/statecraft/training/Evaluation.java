package dev.statecraft.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An evaluation.
 *
 * @param step optimizer steps before it
 * @param epoch passes over the training data before it, with fractions
 * @param metrics values by name, in their order
 */
public record Evaluation(long step, double epoch, Map<String, Double> metrics) {
  public Evaluation {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** The same with these metrics alone, in this order. */
  public Evaluation choosing(List<String> names) {
    Map<String, Double> chosen = new LinkedHashMap<>();
    names.forEach(name -> chosen.put(name, metrics.get(name)));
    return new Evaluation(step, epoch, chosen);
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
