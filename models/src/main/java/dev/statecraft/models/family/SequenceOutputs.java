package dev.statecraft.models.family;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import java.util.Map;
import java.util.Optional;

/** A family's own head for whole sequences, as its checkpoints have it. */
public interface SequenceOutputs {
  /**
   * Adds the head to a graph.
   *
   * @param name of the state with the scores
   * @param last {@code [tokens, hidden]}
   * @return {@code [sequences, outputs]}
   */
  State logits(GraphBuilder graph, String name, State last, int outputs);

  /** The same head of the mean over tokens, not of the first, where the family has it. */
  default Optional<SequenceOutputs> ofMeans() {
    return Optional.empty();
  }

  /** Dropout in training of the head's states, by name, as transformers has it. */
  default Map<String, Double> dropout() {
    return Map.of();
  }

  /** The class of transformers that opens a model with this head. */
  String architecture();

  /**
   * What a tensor is called in a checkpoint with this head, given its name in the backbone's: they
   * differ for a checkpoint of the bare network.
   */
  default String checkpointName(String name) {
    return name;
  }
}
