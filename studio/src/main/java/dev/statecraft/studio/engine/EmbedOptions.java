package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How texts are embedded. What is empty is as the model's folder says.
 *
 * @param prompt what texts begin with
 * @param normalize whether vectors are made of length 1
 * @param maxLength the most tokens of a text
 * @param batch the most texts that are computed at once
 */
public record EmbedOptions(
    Optional<Prompt> prompt, Optional<Boolean> normalize, OptionalInt maxLength, int batch) {
  /** All as the model's folder says, 32 texts at once. */
  public static final EmbedOptions DEFAULT =
      new EmbedOptions(Optional.empty(), Optional.empty(), OptionalInt.empty(), 32);

  /**
   * Checks the numbers.
   *
   * @throws UsageException if one is not positive
   */
  public EmbedOptions {
    requirePositive("--max-length", maxLength.orElse(1));
    requirePositive("--batch-size", batch);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new UsageException(name + ": expected 1 or more, found " + value);
    }
  }

  /** What texts begin with. */
  public sealed interface Prompt permits NamedPrompt, TextPrompt {}

  /** One that the model's folder names. */
  public record NamedPrompt(String name) implements Prompt {}

  /** Any text; none if it is empty. */
  public record TextPrompt(String text) implements Prompt {}

  /** The same with another prompt. */
  public EmbedOptions withPrompt(Prompt other) {
    return new EmbedOptions(Optional.of(other), normalize, maxLength, batch);
  }
}
