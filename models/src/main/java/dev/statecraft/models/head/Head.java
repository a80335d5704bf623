package dev.statecraft.models.head;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.models.family.Backbone;
import java.util.Map;
import java.util.Optional;

/** What comes after a backbone: scores of its last state. */
public interface Head {
  /**
   * Adds the head to a backbone's graph; its scores are called {@link TaskModel#LOGITS}.
   *
   * @param last the backbone's last state
   * @throws IllegalArgumentException if it does not fit the backbone
   */
  Scored attach(GraphBuilder graph, Backbone backbone, State last);

  /** Whether it gives scores of tokens; with such a head a model writes texts. */
  default boolean scoresTokens() {
    return false;
  }

  /** Number of outputs for a sequence; 0 where tokens are scored. */
  default int outputs() {
    return 0;
  }

  /** How a sequence becomes one vector, where it does. */
  default Optional<Pooling> pooling() {
    return Optional.empty();
  }

  /** Dropout in training of the head's states, by name. */
  default Map<String, Double> dropout(Backbone backbone) {
    return Map.of();
  }

  /** The class of transformers that opens a backbone's checkpoint with this head. */
  String architecture(Backbone backbone);

  /** PEFT's task of a backbone with this head, if it has one. */
  Optional<String> peftTask(Backbone backbone);

  /** What a tensor of a backbone's checkpoint is called in one that has this head too. */
  default String checkpointName(Backbone backbone, String name) {
    return name;
  }
}
