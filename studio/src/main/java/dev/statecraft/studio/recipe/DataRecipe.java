package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.TextColumns;
import dev.statecraft.formats.hub.HubFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What is learned from and evaluated on. Constructors throw {@link UsageException} naming the key.
 *
 * @param train the files of training data
 * @param validation the evaluation data
 * @param columns for classification and regression, which columns are text, pair and label
 * @param renamed for language modelling, the names that a row's shape has for columns to the names
 *     that the data has
 * @param instruction for language modelling, the shape of a row; empty to see it from the columns
 * @param images for image classification, which columns are image and label, and the augmentation
 * @param maxExamples take at most this many training examples, drawn by the seed
 * @param maxLength the most tokens of an example
 */
public record DataRecipe(
    List<DataFile> train,
    Validation validation,
    Optional<TextColumns> columns,
    Map<String, String> renamed,
    Optional<InstructionFormat> instruction,
    Optional<ImageRecipe> images,
    Optional<Integer> maxExamples,
    int maxLength) {
  public DataRecipe {
    train = List.copyOf(train);
    renamed = Map.copyOf(renamed);
    if (train.isEmpty()) {
      throw new UsageException("train: expected at least one data file, found none");
    }
    if (maxExamples.isPresent() && maxExamples.get() < 1) {
      throw new UsageException("max_examples: expected 1 or more, found " + maxExamples.get());
    }
    if (maxLength < 2) {
      throw new UsageException("max_length: expected 2 or more, found " + maxLength);
    }
  }

  /**
   * A file of examples.
   *
   * @param source where it is
   * @param format how to read it
   * @param weight of training data, how often an epoch has each example
   */
  public record DataFile(Source source, DataFormat format, double weight) {
    private static final int MOST_WEIGHT = 1000;

    public DataFile {
      if (!(weight > 0 && weight <= MOST_WEIGHT)) {
        throw new UsageException(
            "weight: expected a number above 0 and up to " + MOST_WEIGHT + ", found " + weight);
      }
    }

    /** A file of this machine. */
    public static DataFile local(Path path, DataFormat format) {
      return new DataFile(new Local(path), format, 1);
    }

    /** The same at another place. */
    public DataFile withSource(Source other) {
      return new DataFile(other, format, weight);
    }

    /** Its name without folders. */
    public String name() {
      return String.valueOf(
          source instanceof OfHub hub
              ? Path.of(hub.file().path()).getFileName()
              : ((Local) source).path().getFileName());
    }
  }

  /** Where a file is. */
  public sealed interface Source {}

  /**
   * On this machine.
   *
   * @param path absolute
   */
  public record Local(Path path) implements Source {}

  /** In a data set of the Hub. */
  public record OfHub(HubFile file) implements Source {}

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
        throw new UsageException("split: expected a part between 0 and 1, found " + fraction);
      }
    }
  }

  /** A file of its own. */
  public record HeldOut(DataFile file) implements Validation {}

  /** There is no evaluation. */
  public record NoValidation() implements Validation {}

  /** The same with another file to evaluate on. */
  public DataRecipe withValidation(DataFile file) {
    return with(train, new HeldOut(file));
  }

  /** The same with each file replaced. */
  public DataRecipe withFiles(UnaryOperator<DataFile> change) {
    return with(
        train.stream().map(change).toList(),
        validation instanceof HeldOut other ? new HeldOut(change.apply(other.file())) : validation);
  }

  /** The same with the shape of a row that the data turned out to have. */
  public DataRecipe withInstruction(InstructionFormat format) {
    return new DataRecipe(
        train, validation, columns, renamed, Optional.of(format), images, maxExamples, maxLength);
  }

  private DataRecipe with(List<DataFile> files, Validation held) {
    return new DataRecipe(
        files, held, columns, renamed, instruction, images, maxExamples, maxLength);
  }
}
