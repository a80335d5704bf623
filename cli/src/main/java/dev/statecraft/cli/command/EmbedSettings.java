package dev.statecraft.cli.command;

import dev.statecraft.studio.engine.EmbedOptions;
import dev.statecraft.studio.recipe.RecipeException;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The options that say how texts become vectors. */
final class EmbedSettings {
  @Option(
      names = "--prompt",
      paramLabel = "NAME",
      description =
          "Begin each text with this one of the prompts that the model's folder names (default: the"
              + " one that it says, or none).")
  private String prompt;

  @Option(
      names = "--prompt-text",
      paramLabel = "TEXT",
      description = "Begin each text with this; \"\" for nothing.")
  private String promptText;

  @Option(
      names = "--normalize",
      negatable = true,
      description =
          "Make each vector of length 1, or do not (default: as the model's folder says).")
  private Boolean normalize;

  @Option(
      names = "--batch-size",
      defaultValue = "32",
      paramLabel = "N",
      description = "Texts computed at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description =
          "The most tokens of a text, what is beyond is cut off (default: as the model's folder"
              + " says); never more than the model has positions for.")
  private Integer maxLength;

  /**
   * What they say.
   *
   * @throws RecipeException if there are two prompts
   */
  EmbedOptions options() {
    if (prompt != null && promptText != null) {
      throw new RecipeException("expected either --prompt or --prompt-text, found both");
    }
    Optional<EmbedOptions.Prompt> begin =
        prompt == null
            ? Optional.ofNullable(promptText).map(EmbedOptions.TextPrompt::new)
            : Optional.of(new EmbedOptions.NamedPrompt(prompt));
    return new EmbedOptions(
        begin,
        Optional.ofNullable(normalize),
        maxLength == null ? OptionalInt.empty() : OptionalInt.of(maxLength),
        batch);
  }
}
