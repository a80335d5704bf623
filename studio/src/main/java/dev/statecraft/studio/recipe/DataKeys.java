package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.TaskRecipe.CAUSAL_LM;
import static dev.statecraft.studio.recipe.TaskRecipe.CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.IMAGE_CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.REGRESSION;
import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.base.UsageException;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.TextColumns;
import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageColumns;
import dev.statecraft.data.image.ImageOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of {@code data}. */
public final class DataKeys extends Keys {
  private static final double USUAL_SPLIT = 0.1;

  private final FileKeys.OfTraining ofFile = new FileKeys.OfTraining();

  public final Key<List<DataRecipe.DataFile>> train =
      required(
          "train",
          Type.<List<DataRecipe.DataFile>>of(
                  Kind.text("a file", "train.csv").orMapping("path").orList(),
                  this::files,
                  this::tree)
              .with(ofFile)
              .checked(DataKeys::checkSome),
          "a data file",
          "The training data; files of a list are mixed. For image-classification also a folder"
              + " with a sub-folder for each class (images lie in it at any depth), a binary file"
              + " of CIFAR, or an IDX file.");

  public final Key<DataRecipe.Validation> validation =
      key(
          "validation",
          ValidationKeys.type().read(this::separated),
          Otherwise.words("split: " + Numbers.shown(USUAL_SPLIT)),
          data -> new DataRecipe.Split(USUAL_SPLIT),
          "The evaluation data: a file of its own, a part of the training data, or none.");

  public final Key<Optional<Character>> separator =
      optional(
          "separator",
          Type.text("one character, or tab", ";").as(Separators::of, Separators::word),
          "','",
          "What separates the columns of CSV files.");

  public final Key<TextColumns> textColumns =
      mapping(
          "columns",
          ColumnKeys.type(),
          Otherwise.words("its defaults"),
          "Which columns hold what.",
          CLASSIFICATION,
          REGRESSION);

  public final Key<Map<String, String>> renamed =
      mapping(
          "columns",
          RenamedKeys.type(),
          Otherwise.words("the names that the shape of a row has"),
          "What columns are called in the data.",
          CAUSAL_LM);

  public final Key<Optional<InstructionFormat>> instruction =
      optional(
          "instruction",
          Type.choice(
              List.of(InstructionFormat.values()),
              InstructionFormat::formatName,
              InstructionFormat::named),
          "what the columns show",
          "The shape of a row.",
          CAUSAL_LM);

  public final Key<Optional<Integer>> maxExamples =
      optional(
          "max_examples",
          whole(1, 1000),
          "all of them",
          "Take at most so many training examples, drawn by the seed.");

  public final Key<Integer> maxLength =
      key(
          "max_length",
          whole(2, 256),
          512,
          "The most tokens of an example; also the model's limit holds. A longer one loses"
              + " its last tokens, or its first if the tokenizer's truncation_side is left;"
              + " of a pair, the longer text gives them.",
          CAUSAL_LM,
          CLASSIFICATION,
          REGRESSION);

  public final Key<ImageColumns> imageColumns =
      mapping(
          "columns",
          ImageKeys.columns(),
          Otherwise.words("its defaults"),
          "Which columns of a file of rows are image and label.",
          IMAGE_CLASSIFICATION);

  /** By default as transformers and datasets open pictures. */
  public final Key<Boolean> exifOrientation =
      key(
          "exif_orientation",
          Type.flag(),
          true,
          "Turn images as the EXIF data of their files say, so that they are upright.",
          IMAGE_CLASSIFICATION);

  /** Fewer examples than the data has are to be asked for. */
  public final Key<ImageOptions.OnError> onError =
      key(
          "on_error",
          Type.choice(
              List.of(ImageOptions.OnError.values()),
              ImageOptions.OnError::label,
              ImageOptions.OnError::of),
          ImageOptions.OnError.ERROR,
          "What becomes of image files that cannot be read: they end the run before it"
              + " begins, or are left out and counted, for which all are decoded once.",
          IMAGE_CLASSIFICATION);

  public final Key<Augmentation> augment =
      mapping(
          "augment",
          ImageKeys.augmentation(),
          Otherwise.nothing(),
          "How training changes images by chance, drawn by seed, epoch and example.",
          IMAGE_CLASSIFICATION);

  private List<DataRecipe.DataFile> files(Reading data, String key) {
    return data.section().shorthands(key, "path").stream()
        .map(mapping -> ofFile.read(mapping, Optional.of(data), ofFile::file))
        .map(file -> separated(file, data))
        .toList();
  }

  private Type.Reader<DataRecipe.Validation> separated(Type.Reader<DataRecipe.Validation> usual) {
    return (data, key) -> {
      DataRecipe.Validation read = usual.read(data, key);
      return read instanceof DataRecipe.HeldOut other
          ? new DataRecipe.HeldOut(separated(other.file(), data))
          : read;
    };
  }

  private DataRecipe.DataFile separated(DataRecipe.DataFile file, Reading data) {
    return data.get(separator).map(file::separatedBy).orElse(file);
  }

  private Object tree(List<DataRecipe.DataFile> files) {
    return files.size() == 1
        ? ofFile.tree(files.get(0))
        : files.stream().map(ofFile::tree).toList();
  }

  private static void checkSome(String key, List<DataRecipe.DataFile> files) {
    if (files.isEmpty()) {
      throw new UsageException(key + ": expected at least one data file, found none");
    }
  }
}
