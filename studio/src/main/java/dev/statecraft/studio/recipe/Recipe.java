package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import dev.statecraft.base.UsageException;
import dev.statecraft.formats.hub.HubId;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training run, described in full: nothing is left open except what only the model or the data
 * can say. Reading a recipe fills in the defaults of its {@link Keys}; writing it shows them.
 *
 * @param settings the values of all keys
 */
public record Recipe(Settings settings) {
  /** What the names of models that come with Statecraft begin with. */
  public static final String BUILTIN = "builtin:";

  static final RecipeKeys KEYS = new RecipeKeys(Methods.ALL, TrainRecipe.KEYS);

  /**
   * A model folder (absolute), a model of the Hub ({@code org/name[@revision]}), or {@code
   * builtin:minilm}.
   */
  public String model() {
    return settings.get(KEYS.model);
  }

  /** How the frozen linears inside layers are held. */
  public Quantization quantize() {
    return settings.get(KEYS.quantize);
  }

  /** How the model is tuned. */
  public MethodRecipe method() {
    return settings.get(KEYS.method);
  }

  /** What it learns from. */
  public DataRecipe data() {
    return settings.get(KEYS.data);
  }

  /** What it learns. */
  public TaskRecipe task() {
    return settings.get(KEYS.task);
  }

  /** How the run goes. */
  public TrainRecipe train() {
    return settings.get(KEYS.train);
  }

  /** What it may take, and how it is saved. */
  public MemoryRecipe memory() {
    return settings.get(KEYS.memory);
  }

  /** Who else is told how it goes. */
  public TrackingRecipe tracking() {
    return settings.get(KEYS.tracking);
  }

  /** The run directory (absolute). */
  public Path output() {
    return settings.get(KEYS.output);
  }

  /**
   * Reads a recipe file.
   *
   * @param overrides changes such as {@code train.epochs=5}, see {@link Overrides}
   * @param folder what relative paths in recipe and overrides are relative to
   * @throws InvalidInputException if the file cannot be read
   * @throws RecipeException if it is not a valid recipe; the message names file and key
   */
  public static Recipe load(Path file, List<String> overrides, Path folder) {
    return parse(read(file), file.toString(), nameOf(file), overrides, folder);
  }

  /**
   * Begins a recipe in code.
   *
   * @param model as a recipe file names it
   */
  public static RecipeBuilder builder(String model) {
    return RecipeBuilder.of(model);
  }

  /** A recipe's tree as it stands in its file. */
  static ObjectNode tree(Path file) {
    return RecipeText.parse(read(file), file.toString());
  }

  /** The file's name without its ending. */
  public static String nameOf(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
  }

  private static String read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": expected a recipe file, found none");
    }
    try {
      return TextFile.read(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the text of a recipe.
   *
   * @param source what to call it in messages
   * @param name names the run directory if the recipe does not
   * @throws RecipeException if it is not a valid recipe
   */
  public static Recipe parse(
      String yaml, String source, String name, List<String> overrides, Path folder) {
    Document document = new Document(source, folder, name, Catalogue.ALL);
    return read(
        Overrides.apply(RecipeText.parse(yaml, source), overrides, source, Catalogue.ALL),
        document);
  }

  /** Reads a recipe's tree. */
  static Recipe read(ObjectNode root, Document document) {
    return KEYS.read(root, document);
  }

  /** The recipe as YAML, with every default written out; reading it gives an equal recipe. */
  public String toYaml() {
    return RecipeText.write(settings.write());
  }

  /** Every option and its value as text, by path: {@code method.rank} and the like. */
  public Map<String, String> options() {
    return Options.of(RecipeText.parse(toYaml(), "the recipe"));
  }

  /** The same, tracked in another way. */
  public Recipe withTracking(TrackingRecipe other) {
    return with(KEYS.tracking, other);
  }

  /** The model's folder, if that is what the recipe names. */
  public Optional<Path> modelFolder() {
    return model().startsWith(BUILTIN) || !Path.of(model()).isAbsolute()
        ? Optional.empty()
        : Optional.of(Path.of(model()));
  }

  /**
   * A model as the engine takes it. An existing folder wins over a model of the Hub.
   *
   * @param text as a user names it
   * @param folder what relative paths are relative to
   * @return a folder (absolute), a model of the Hub, or one that comes with Statecraft
   */
  public static String modelName(String text, Path folder) {
    if (text.startsWith(BUILTIN)) {
      return text;
    }
    Path path = folder.resolve(text).toAbsolutePath().normalize();
    return HubId.model(text).isPresent() && !Files.exists(path) ? text : path.toString();
  }

  /** The same with another model. */
  public Recipe withModel(String other) {
    return with(KEYS.model, other);
  }

  /** The same with the classes that the training data turned out to have. */
  public Recipe withLabels(List<String> labels) {
    return withTask(task().withLabels(labels));
  }

  /** The same for another task. */
  public Recipe withTask(TaskRecipe other) {
    return with(KEYS.task, other);
  }

  /** The same with other data. */
  public Recipe withData(DataRecipe other) {
    return with(KEYS.data, other);
  }

  /**
   * The same computed with so many threads.
   *
   * @throws UsageException if there cannot be so many
   */
  public Recipe withThreads(int threads) {
    return with(KEYS.train, train().withThreads(threads));
  }

  /**
   * The same tuned in another way. A learning rate that is the usual one of this method becomes
   * that of the other.
   */
  public Recipe withMethod(MethodRecipe other) {
    Recipe changed = with(KEYS.method, other);
    return train().learningRate() == method().method().learningRate()
        ? changed.with(KEYS.train, train().withLearningRate(other.method().learningRate()))
        : changed;
  }

  /** The same with another run directory. */
  public Recipe withOutput(Path other) {
    return with(KEYS.output, other);
  }

  private <T> Recipe with(Key<T> key, T value) {
    return new Recipe(settings.with(key, value));
  }
}
