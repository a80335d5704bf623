package dev.statecraft.studio.engine;

import dev.statecraft.data.InstructionFormat;
import dev.statecraft.studio.recipe.Recipe;
import java.util.Optional;

/** How a user's prompt is written before a causal language model goes on from it. */
public enum PromptForm {
  /** Not changed at all. */
  AS_IS("the prompt is given as it is"),

  /** As the instruction of Alpaca's prompt, see {@code data.instruction: alpaca}. */
  ALPACA("the prompt is written as an instruction in Alpaca's prompt"),

  /** As the user's turn of a conversation, in the model's chat format. */
  CHAT("the prompt is written as a user's turn");

  private final String words;

  PromptForm(String words) {
    this.words = words;
  }

  /** The form in words, for the user. */
  public String words() {
    return words;
  }

  /**
   * The form in which a run's prompts were written.
   *
   * @return empty if its data had several forms, or the run is of another task
   */
  public static Optional<PromptForm> of(Recipe recipe) {
    return RecipeTask.of(recipe).promptForm();
  }

  static PromptForm of(InstructionFormat format) {
    if (format.isConversation()) {
      return CHAT;
    }
    return format == InstructionFormat.ALPACA ? ALPACA : AS_IS;
  }
}
