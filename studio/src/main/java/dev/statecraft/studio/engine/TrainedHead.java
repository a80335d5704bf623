package dev.statecraft.studio.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.adapters.Adapter;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.studio.recipe.Recipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the tensors of an adapter's head do not say themselves, which is saved along in the metadata
 * of their file.
 *
 * @param labels of its outputs in their order; empty if unknown, or if there are none
 * @param regression whether its output is a number
 * @param pooling how it sees a sequence; empty if unknown, or if it reads no text
 */
record TrainedHead(Optional<List<String>> labels, boolean regression, Optional<Pooling> pooling) {
  private static final String LABELS = "labels";
  private static final String PROBLEM = "problem_type";
  private static final String REGRESSION = "regression";
  private static final String POOLING = "pooling";
  private static final ObjectMapper JSON = new ObjectMapper();

  TrainedHead {
    labels = labels.map(List::copyOf);
  }

  /** That of a run. */
  static TrainedHead of(Recipe recipe, TaskModel family) {
    return new TrainedHead(
        recipe.task().labels(),
        family.isRegression(),
        family.input().tokens().flatMap(texts -> family.head().pooling()));
  }

  /**
   * That of a saved adapter.
   *
   * @throws InvalidInputException if it has other labels than outputs
   */
  static TrainedHead of(Adapter adapter, String source) {
    Map<String, String> metadata = adapter.description().metadata();
    Optional<List<String>> labels =
        Optional.ofNullable(metadata.get(LABELS)).map(text -> labels(text, source));
    if (labels.isPresent() && adapter.headOutputs().orElse(-1) != labels.get().size()) {
      throw new InvalidInputException(
          source
              + ": labels: expected a name for each of the head's outputs, found "
              + labels.get().size());
    }
    return new TrainedHead(
        labels,
        REGRESSION.equals(metadata.get(PROBLEM)),
        Optional.ofNullable(metadata.get(POOLING)).flatMap(TrainedHead::pooling));
  }

  private static List<String> labels(String text, String source) {
    List<String> labels = new ArrayList<>();
    try {
      for (JsonNode label : JSON.readTree(text)) {
        labels.add(label.asText());
      }
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(source + ": labels: expected a JSON array of names", e);
    }
    return labels;
  }

  private static Optional<Pooling> pooling(String word) {
    for (Pooling pooling : Pooling.values()) {
      if (word(pooling).equals(word)) {
        return Optional.of(pooling);
      }
    }
    return Optional.empty();
  }

  private static String word(Pooling pooling) {
    return pooling.name().toLowerCase(Locale.ROOT);
  }

  /** As the adapter's file holds it. */
  Map<String, String> metadata() {
    Map<String, String> metadata = new HashMap<>();
    labels.ifPresent(names -> metadata.put(LABELS, JSON.valueToTree(names).toString()));
    if (regression) {
      metadata.put(PROBLEM, REGRESSION);
    }
    pooling.ifPresent(value -> metadata.put(POOLING, word(value)));
    return metadata;
  }
}
