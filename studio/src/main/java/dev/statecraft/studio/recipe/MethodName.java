package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;

/** The methods by the names that recipes and the command line give them. */
public enum MethodName {
  /** Low-rank updates of linears (Hu et al. 2021). */
  LORA("lora"),
  /** LoRA with the length of each row tuned by itself (Liu et al. 2024). */
  DORA("dora"),
  /** Control around one block of each layer, the MLP by default. */
  CONTROL("control"),
  /** Control around the attention block and around the MLP block. */
  DOUBLE_CONTROL("double-control"),
  /** Control around the MLP block, LoRA on the attention's projections. */
  CONTROL_AND_LORA("control+lora"),
  /** Bottleneck adapters in series after both blocks (Houlsby et al. 2019). */
  ADAPTER("adapter"),
  /** Every weight. */
  FULL("full"),
  /** The task's head alone. */
  PROBE("probe"),
  /** Control edges between any states, listed one by one. */
  EDGES("edges");

  private final String label;

  MethodName(String label) {
    this.label = label;
  }

  /** The word for it. */
  public String label() {
    return label;
  }

  /** All words, in the order of this list. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(MethodName::label).toList();
  }

  /**
   * Finds a method by its word.
   *
   * @throws UsageException if there is none
   */
  public static MethodName of(String label) {
    return Arrays.stream(values())
        .filter(name -> name.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "method: expected one of "
                        + labels()
                        + ", found '"
                        + label
                        + "'"
                        + Suggestion.of(label, labels())));
  }
}
