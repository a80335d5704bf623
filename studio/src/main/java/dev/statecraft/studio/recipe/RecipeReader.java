package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.FileFormat;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.TextColumns;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a recipe from its tree and fills in the {@link Defaults}. */
final class RecipeReader {
  /** The words for file formats. */
  static final List<String> FILE_FORMATS =
      Arrays.stream(FileFormat.values()).map(RecipeReader::label).toList();

  private final Path folder;
  private final String name;

  /**
   * @param folder what relative paths are relative to
   * @param name names the run directory where the recipe does not
   */
  RecipeReader(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  Recipe read(ObjectNode root, String source) {
    try {
      return readKnown(root, source);
    } catch (RecipeException e) {
      throw e.isUnknownKey() ? e : UnknownKeys.first(root, source).orElse(e);
    }
  }

  private Recipe readKnown(ObjectNode root, String source) {
    return new Section(source, "", root)
        .read(
            recipe -> {
              String model = model(recipe);
              Method method = recipe.shorthand("method", "name").read(MethodReader::read);
              TaskRecipe task = recipe.shorthand("task", "type").read(RecipeReader::task);
              MemoryRecipe memory = recipe.section("memory").read(MemoryRecipe::read);
              boolean budget = memory.budget().isGiven();
              return new Recipe(
                  model,
                  recipe.text("quantize").map(Quantization::of).orElse(Defaults.QUANTIZE),
                  method,
                  recipe.section("data").read(data -> data(data, task)),
                  task,
                  recipe.section("train").read(train -> train(train, method.name(), task, budget)),
                  memory,
                  recipe.section("tracking").read(TrackingRecipe::read),
                  path(recipe.text("output").orElse("runs/" + name)));
            });
  }

  private String model(Section recipe) {
    String model =
        recipe.requiredText(
            "model", "a model folder, a model of the Hub or " + Recipe.BUILTIN_MODELS);
    if (!model.startsWith(Recipe.BUILTIN)) {
      return Recipe.modelName(model, folder);
    }
    if (!Recipe.BUILTIN_MODELS.contains(model)) {
      throw recipe.invalid("model", "a model folder or one of " + Recipe.BUILTIN_MODELS);
    }
    return model;
  }

  private Path path(String text) {
    return folder.resolve(text).toAbsolutePath().normalize();
  }

  private static TaskRecipe task(Section task) {
    String expected = "causal-lm, classification, regression or image-classification";
    return switch (task.requiredText("type", expected)) {
      case TaskRecipe.CAUSAL_LM ->
          new TaskRecipe.CausalLm(
              metrics(task, TaskRecipe.CausalLm.ALLOWED, Defaults.causalLmMetrics()));
      case TaskRecipe.CLASSIFICATION ->
          new TaskRecipe.Classification(
              task.text("pooling").map(TaskRecipe.Pooling::of),
              task.texts("labels"),
              task.text("positive_label"),
              metrics(task, TaskRecipe.Classification.ALLOWED, Defaults.classificationMetrics()));
      case TaskRecipe.REGRESSION ->
          new TaskRecipe.Regression(
              task.text("pooling").map(TaskRecipe.Pooling::of),
              metrics(task, TaskRecipe.Regression.ALLOWED, Defaults.regressionMetrics()));
      case TaskRecipe.IMAGE_CLASSIFICATION ->
          new TaskRecipe.ImageClassification(
              task.texts("labels"),
              metrics(
                  task, TaskRecipe.ImageClassification.ALLOWED, Defaults.classificationMetrics()));
      default -> throw task.invalid("type", expected);
    };
  }

  private static List<Metric> metrics(Section task, List<Metric> allowed, List<Metric> otherwise) {
    return task.texts("metrics")
        .map(labels -> MethodReader.each(labels, label -> Metric.of(label, allowed)))
        .orElse(otherwise);
  }

  private DataRecipe data(Section data, TaskRecipe task) {
    boolean language = task instanceof TaskRecipe.CausalLm;
    boolean pictures = task instanceof TaskRecipe.ImageClassification;
    // Keys that only the other task has stay unknown.
    Optional<TextColumns> columns =
        language || pictures ? Optional.empty() : Optional.of(columns(data.section("columns")));
    Map<String, String> renamed =
        language ? data.section("columns").read(DataSources::renamed) : Map.of();
    Optional<InstructionFormat> instruction =
        language ? data.text("instruction").map(InstructionFormat::named) : Optional.empty();
    if (!data.has("train")) {
      throw data.invalid("train", "a data file");
    }
    List<DataRecipe.DataFile> train =
        data.shorthands("train", "path").stream()
            .map(file -> file.read(section -> DataSources.weighted(section, dataFile(section))))
            .toList();
    DataRecipe read =
        new DataRecipe(
            train,
            validation(data),
            columns,
            renamed,
            instruction,
            pictures ? Optional.of(ImageRecipe.read(data)) : Optional.empty(),
            data.integer("max_examples"),
            pictures
                ? Defaults.MAX_LENGTH
                : data.integer("max_length").orElse(Defaults.MAX_LENGTH));
    return data.text("separator").map(text -> Separators.separated(read, text)).orElse(read);
  }

  private static TextColumns columns(Section columns) {
    return columns.read(
        section ->
            new TextColumns(
                section.text("text").orElse(Defaults.TEXT_COLUMN),
                section.text("pair"),
                section.text("label").orElse(Defaults.LABEL_COLUMN)));
  }

  private DataRecipe.Validation validation(Section data) {
    if (!data.has("validation")) {
      return new DataRecipe.Split(Defaults.VALIDATION_SPLIT);
    }
    if (data.isText("validation", "none")) {
      return new DataRecipe.NoValidation();
    }
    Section validation = data.shorthand("validation", "path");
    return validation.read(
        section ->
            section.has("split")
                ? section.number("split").map(DataRecipe.Split::new).orElseThrow()
                : new DataRecipe.HeldOut(dataFile(section)));
  }

  private DataRecipe.DataFile dataFile(Section file) {
    DataRecipe.Source source = DataSources.read(file, this::path);
    Optional<FileFormat> format = file.text("format").map(RecipeReader::fileFormat);
    List<String> header = file.texts("column_names").orElse(List.of());
    return new DataRecipe.DataFile(source, new DataFormat(format, header, Optional.empty()), 1);
  }

  private static FileFormat fileFormat(String label) {
    return Arrays.stream(FileFormat.values())
        .filter(format -> label(format).equals(label.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "format: expected "
                        + String.join(", ", FILE_FORMATS)
                        + ", found '"
                        + label
                        + "'"));
  }

  private static String label(FileFormat format) {
    return format.name().toLowerCase(Locale.ROOT);
  }

  private static TrainRecipe train(
      Section train, MethodName method, TaskRecipe task, boolean budget) {
    double learningRate =
        train.number("learning_rate").orElseGet(() -> Defaults.learningRate(method));
    // A language model has no head of the task: there the key stays unknown.
    Optional<Double> headLearningRate =
        task instanceof TaskRecipe.CausalLm
            ? Optional.empty()
            : Optional.of(
                train
                    .number("head_learning_rate")
                    .orElseGet(() -> Defaults.headLearningRate(method, learningRate)));
    int batchSize = train.integer("batch_size").orElse(Defaults.BATCH_SIZE);
    return new TrainRecipe(
        train.integer("epochs").orElse(Defaults.EPOCHS),
        train.integer("max_steps"),
        batchSize,
        microBatch(train, batchSize, budget),
        learningRate,
        headLearningRate,
        optimizer(train),
        train.text("schedule").map(Schedule.Shape::of).orElse(Defaults.SCHEDULE),
        warmup(train),
        maxGradNorm(train),
        train.longInteger("seed").orElse(Defaults.SEED),
        train.textOrOff("model_dropout").map(ModelDropoutUse::of).orElse(Defaults.MODEL_DROPOUT),
        evalEvery(train),
        train.text("dtype").map(DType::of).orElse(Defaults.DTYPE),
        train.text("device").map(Device::of).orElse(Defaults.DEVICE),
        train.integer("threads").map(OptionalInt::of).orElse(OptionalInt.empty()),
        Stores.read(train.text("store"), budget),
        CheckpointRecipe.read(train));
  }

  private static AdamW.Options optimizer(Section train) {
    List<Double> betas = train.numbers("betas").orElse(List.of(Defaults.BETA1, Defaults.BETA2));
    if (betas.size() != 2) {
      throw train.invalid("betas", "two numbers");
    }
    return new AdamW.Options(
        betas.get(0),
        betas.get(1),
        train.number("epsilon").orElse(Defaults.EPSILON),
        train.number("weight_decay").orElse(Defaults.WEIGHT_DECAY));
  }

  /** {@code 8} examples, {@code {tokens: 4096}}, or {@code auto} where a budget decides. */
  private static Optional<BatchLimit> microBatch(Section train, int batchSize, boolean budget) {
    if (train.isText("micro_batch", "auto")) {
      if (!budget) {
        throw train.invalid("micro_batch", "a size, as there is no memory.budget to decide");
      }
      return Optional.empty();
    }
    if (!train.isMapping("micro_batch")) {
      int examples = train.integer("micro_batch").orElse(batchSize);
      if (examples < 1) {
        throw train.invalid("micro_batch", "1 or more");
      }
      return Optional.of(BatchLimit.examples(examples));
    }
    return Optional.of(sized(train));
  }

  private static BatchLimit sized(Section train) {
    return train
        .section("micro_batch")
        .read(
            limit -> {
              Optional<Integer> examples = limit.integer("examples");
              Optional<Integer> tokens = limit.integer("tokens");
              if (examples.isPresent() == tokens.isPresent()) {
                throw limit.invalid("tokens", "either this or examples");
              }
              return tokens
                  .map(BatchLimit::tokens)
                  .orElseGet(() -> BatchLimit.examples(examples.orElseThrow()));
            });
  }

  private static TrainRecipe.Warmup warmup(Section train) {
    Optional<Integer> steps = train.integer("warmup_steps");
    Optional<Double> ratio = train.number("warmup_ratio");
    if (steps.isPresent() && ratio.isPresent()) {
      throw train.invalid("warmup_ratio", "either this or warmup_steps");
    }
    return steps.isPresent()
        ? new TrainRecipe.WarmupSteps(steps.get())
        : new TrainRecipe.WarmupRatio(ratio.orElse(Defaults.WARMUP_RATIO));
  }

  private static double maxGradNorm(Section train) {
    boolean never = train.isText("max_grad_norm", "none");
    return never
        ? Double.POSITIVE_INFINITY
        : train.number("max_grad_norm").orElse(Defaults.MAX_GRAD_NORM);
  }

  private static Optional<Integer> evalEvery(Section train) {
    boolean epoch = train.isText("eval_every", "epoch");
    return epoch ? Optional.empty() : train.integer("eval_every");
  }
}
