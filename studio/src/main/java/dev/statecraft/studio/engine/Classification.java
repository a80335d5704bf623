package dev.statecraft.studio.engine;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a text or an image was classified.
 *
 * @param probabilities of all labels, the highest first; they sum to 1
 */
public record Classification(Map<String, Double> probabilities) {
  public Classification {
    if (probabilities.isEmpty()) {
      throw new IllegalArgumentException("expected at least one label, found none");
    }
    Map<String, Double> sorted = new LinkedHashMap<>();
    probabilities.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> -entry.getValue()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    probabilities = Collections.unmodifiableMap(sorted);
  }

  /** From the probabilities of labels in the same order. */
  static Classification of(List<String> labels, double[] probabilities) {
    Map<String, Double> byLabel = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      byLabel.put(labels.get(i), probabilities[i]);
    }
    return new Classification(byLabel);
  }

  /** The most probable label. */
  public String label() {
    return probabilities.keySet().iterator().next();
  }
}
