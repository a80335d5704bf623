package dev.statecraft.adapters;

import dev.statecraft.core.control.Tuning;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Map;

/**
 * What an adapter is: enough to make the tuned graph again.
 *
 * @param method the method's name, such as {@code control}; read back as {@code lora}, {@code
 *     dora}, {@code ia3}, {@code vera} or {@code adalora} for any adapter in PEFT's format
 * @param baseModel name or folder of the model it was trained on; empty if unknown
 * @param parts the tunings, in the order in which they are applied
 * @param metadata text of the caller's own that is saved along (labels of the head, say), in the
 *     metadata of the tensors' file, where PEFT does not mind it
 */
public record AdapterDescription(
    String method, String baseModel, List<AdapterPart> parts, Map<String, String> metadata) {
  /** The metadata key that every safetensors file of ours has, for transformers. */
  static final String FORMAT = "format";

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if there is no method or part, full tuning or the head alone
   *     is combined with others, or the metadata has the reserved key {@code format}
   */
  public AdapterDescription {
    parts = List.copyOf(parts);
    metadata = Map.copyOf(metadata);
    if (method.isBlank() || parts.isEmpty()) {
      throw new IllegalArgumentException(
          "an adapter: expected a method and at least one part, found '" + method + "', " + parts);
    }
    boolean alone =
        parts.stream()
            .anyMatch(part -> PartCodecs.find(part).filter(c -> c.type().isEmpty()).isPresent());
    if (alone && parts.size() > 1) {
      throw new IllegalArgumentException(
          "an adapter: expected full tuning or the head alone, found " + parts);
    }
    if (metadata.containsKey(FORMAT)) {
      throw new IllegalArgumentException("metadata: the key '" + FORMAT + "' is reserved");
    }
  }

  /**
   * The description of tunings.
   *
   * @throws IllegalArgumentException if one of them cannot be written down
   * @throws dev.statecraft.base.UsageException if one has a control function that has no codec
   */
  public static AdapterDescription of(String method, String baseModel, List<Tuning> tunings) {
    return new AdapterDescription(
        method, baseModel, tunings.stream().map(PartCodecs::part).toList(), Map.of());
  }

  /** The same with other metadata. */
  public AdapterDescription withMetadata(Map<String, String> changed) {
    return new AdapterDescription(method, baseModel, parts, changed);
  }

  /** Whether it says something only together with the base model's weights as they were. */
  public boolean takesFromWeights() {
    return parts.stream().anyMatch(AdapterPart::takesFromWeights);
  }

  /** The same with parts that leave the base model's weights whole. */
  AdapterDescription ofWholeWeights() {
    return new AdapterDescription(
        method, baseModel, parts.stream().map(AdapterPart::ofWholeWeights).toList(), metadata);
  }

  /**
   * The tuning that makes the adapter's graph from the family's.
   *
   * @throws dev.statecraft.base.InvalidInputException if the family has no such targets
   */
  public Tuning tuning(TaskModel family) {
    return Tuning.all(parts.stream().map(part -> part.tuning(family)).toList());
  }

  /** The same with parts that can be written down: edges between modules are ones of states. */
  public AdapterDescription in(TaskModel family) {
    return new AdapterDescription(
        method, baseModel, parts.stream().map(part -> part.in(family)).toList(), metadata);
  }

  /**
   * The settings of a part as files have them, by which parts of two adapters can be compared.
   *
   * @throws IllegalArgumentException if it can be no part of an adapter
   */
  public static String settings(AdapterPart part, TaskModel family) {
    return AdapterConfig.settings(part.in(family), family);
  }

  boolean isFull() {
    return parts.get(0).trainsAll();
  }

  /** Whether PEFT has a word for it. */
  boolean isPeft() {
    return parts.size() == 1 && parts.get(0).isPeft();
  }
}
