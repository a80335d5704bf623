package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;

/** Whether training drops what the model's own configuration says. */
public enum ModelDropoutUse {
  /** As transformers does when it trains the model. */
  CONFIG("config"),
  OFF("off");

  private final String label;

  ModelDropoutUse(String label) {
    this.label = label;
  }

  /** The word for it in recipes. */
  public String label() {
    return label;
  }

  /** All words. */
  static List<String> labels() {
    return Arrays.stream(values()).map(ModelDropoutUse::label).toList();
  }

  /**
   * Finds one by its word.
   *
   * @throws UsageException if there is none
   */
  static ModelDropoutUse of(String label) {
    return Arrays.stream(values())
        .filter(use -> use.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException("model_dropout: expected config or off, found '" + label + "'"));
  }
}
