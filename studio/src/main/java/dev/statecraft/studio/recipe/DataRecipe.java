package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.TextColumns;
import dev.statecraft.data.image.ImageOptions;
import dev.statecraft.formats.hub.HubFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What is learned from and evaluated on.
 *
 * @param settings of {@link #KEYS}
 */
public record DataRecipe(Settings settings) {
  /** The keys of {@code data}. */
  public static final DataKeys KEYS = new DataKeys();

  /** What images are not measured in: where there are no tokens, no example has too many. */
  private static final int NO_LENGTH = 512;

  /** The files of training data. */
  public List<DataFile> train() {
    return settings.get(KEYS.train);
  }

  /** The evaluation data. */
  public Validation validation() {
    return settings.get(KEYS.validation);
  }

  /** For classification and regression, which columns are text, pair and label. */
  public Optional<TextColumns> columns() {
    return settings.find(KEYS.textColumns);
  }

  /**
   * For language modelling, the names that a row's shape has for columns to the names that the data
   * has.
   */
  public Map<String, String> renamed() {
    return settings.find(KEYS.renamed).orElse(Map.of());
  }

  /** For language modelling, the shape of a row; empty to see it from the columns. */
  public Optional<InstructionFormat> instruction() {
    return settings.find(KEYS.instruction).flatMap(format -> format);
  }

  /** For image classification, which columns are image and label, and the augmentation. */
  public Optional<ImageRecipe> images() {
    return settings
        .find(KEYS.imageColumns)
        .map(
            columns ->
                new ImageRecipe(
                    columns,
                    new ImageOptions(
                        settings.get(KEYS.exifOrientation), settings.get(KEYS.onError)),
                    settings.get(KEYS.augment)));
  }

  /** Take at most this many training examples, drawn by the seed. */
  public Optional<Integer> maxExamples() {
    return settings.get(KEYS.maxExamples);
  }

  /** The most tokens of an example. */
  public int maxLength() {
    return settings.find(KEYS.maxLength).orElse(NO_LENGTH);
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

    /** The same, its columns separated so if it is a CSV file. */
    DataFile separatedBy(char separator) {
      return new DataFile(source, format.separatedBy(separator), weight);
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
    return with(KEYS.validation, new HeldOut(file));
  }

  /** The same with each file replaced. */
  public DataRecipe withFiles(UnaryOperator<DataFile> change) {
    DataRecipe changed = with(KEYS.train, train().stream().map(change).toList());
    return validation() instanceof HeldOut other
        ? changed.withValidation(change.apply(other.file()))
        : changed;
  }

  /** The same with the shape of a row that the data turned out to have. */
  public DataRecipe withInstruction(InstructionFormat format) {
    return with(KEYS.instruction, Optional.of(format));
  }

  <T> DataRecipe with(Key<T> key, T value) {
    return new DataRecipe(settings.with(key, value));
  }
}
