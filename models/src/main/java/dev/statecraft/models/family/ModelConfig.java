package dev.statecraft.models.family;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The architecture and size of a pretrained model, of which its backbone is made. {@code
 * models.pretrained.Families} reads one.
 */
public interface ModelConfig {

  /** The {@code model_type}, such as {@code llama}. */
  String modelType();

  /** What the family's checkpoints are made for. */
  ModelKind kind();

  /** Width of the residual stream. */
  int hiddenSize();

  /** Width inside the feed-forward block. */
  int intermediateSize();

  /** Number of transformer layers. */
  int numHiddenLayers();

  /** Number of query heads. */
  int numAttentionHeads();

  /**
   * Type of the stored weights as the configuration names it, for example {@code bfloat16}; from
   * {@code dtype} (transformers 5) or {@code torch_dtype}. What the checkpoint holds may differ.
   */
  Optional<String> dtype();

  /** The network, named as a checkpoint with the family's usual head names it. */
  Backbone backbone();

  /**
   * The network, named as a checkpoint names it.
   *
   * @param tensors the checkpoint's canonical names
   */
  default Backbone backbone(Set<String> tensors) {
    return backbone();
  }

  /** Names of the head's classes in the order of their ids; empty if there are none. */
  default List<String> labels() {
    return List.of();
  }

  /** Tokens that end a text. */
  default List<Integer> eosTokenIds() {
    return List.of();
  }

  /**
   * Whether a head for sequences reads the mean over tokens where nobody says how it does.
   *
   * @param tensors the checkpoint's canonical names
   */
  default boolean poolsMean(Set<String> tensors) {
    return false;
  }

  /**
   * The name by which the graph asks for a tensor, given one of the names that checkpoints may have
   * it under.
   */
  default String canonicalName(String name) {
    return name;
  }

  /** A language model's embedding and head, if they are one. */
  default Optional<TiedTables> tied() {
    return Optional.empty();
  }

  /** The same with a head of its own. */
  default ModelConfig untied() {
    return this;
  }
}
