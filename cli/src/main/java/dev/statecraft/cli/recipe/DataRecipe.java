package dev.statecraft.cli.recipe;

import dev.statecraft.models.data.DataFormat;
import dev.statecraft.models.data.InstructionFormat;
import dev.statecraft.models.data.TextColumns;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is learned from and evaluated on. Constructors throw {@link IllegalArgumentException} naming
 * the key.
 *
 * @param train the training data
 * @param validation the evaluation data
 * @param columns for classification and regression, which columns are text, pair and label
 * @param instruction for language modelling, the shape of a row; empty to see it from the columns
 * @param images for image classification, which columns are image and label, and the augmentation
 * @param maxExamples take at most this many training examples, drawn by the seed
 * @param maxLength the most tokens of an example
 */
public record DataRecipe(
    DataFile train,
    Validation validation,
    Optional<TextColumns> columns,
    Optional<InstructionFormat> instruction,
    Optional<ImageRecipe> images,
    Optional<Integer> maxExamples,
    int maxLength) {
  public DataRecipe {
    if (maxExamples.isPresent() && maxExamples.get() < 1) {
      throw new IllegalArgumentException(
          "max_examples: expected 1 or more, found " + maxExamples.get());
    }
    if (maxLength < 2) {
      throw new IllegalArgumentException("max_length: expected 2 or more, found " + maxLength);
    }
  }

  /**
   * A file of examples.
   *
   * @param path absolute
   * @param format how to read it
   */
  public record DataFile(Path path, DataFormat format) {}

  /** Where evaluation data comes from. */
  public sealed interface Validation {}

  /**
   * A part of the training data is held out.
   *
   * @param fraction between 0 and 1
   */
  public record Split(double fraction) implements Validation {
    public Split {
      if (!(fraction > 0 && fraction < 1)) {
        throw new IllegalArgumentException(
            "split: expected a part between 0 and 1, found " + fraction);
      }
    }
  }

  /** A file of its own. */
  public record HeldOut(DataFile file) implements Validation {}

  /** There is no evaluation. */
  public record NoValidation() implements Validation {}

  /** The same with another file to evaluate on. */
  public DataRecipe withValidation(DataFile file) {
    return new DataRecipe(
        train, new HeldOut(file), columns, instruction, images, maxExamples, maxLength);
  }
}
