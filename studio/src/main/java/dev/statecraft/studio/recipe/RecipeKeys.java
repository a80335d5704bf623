package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.tensor.quant.Quantization;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of a recipe itself. */
final class RecipeKeys extends Keys {
  /** The models that come with Statecraft. */
  private static final List<String> BUILTIN_MODELS = List.of(Recipe.BUILTIN + "minilm");

  private static final String ANY_MODEL = "a model folder, a model of the Hub or " + BUILTIN_MODELS;

  final Key<String> model =
      required(
          "model",
          Type.of(
              Kind.text(
                  "a model folder, org/name[@revision] of the Hub, or one of "
                      + String.join(", ", BUILTIN_MODELS),
                  BUILTIN_MODELS.get(0)),
              RecipeKeys::model,
              text -> text),
          ANY_MODEL,
          "The pretrained model: a folder as save_pretrained writes it, a model of the Hugging"
              + " Face Hub, or one that comes with Statecraft.");

  final Key<Quantization> quantize =
      key(
          "quantize",
          Type.choice(List.of(Quantization.values()), Quantization::label, Quantization::of),
          Quantization.NONE,
          "How the frozen linears inside layers are held; int8 and nf4 are bitsandbytes' formats,"
              + " int4 has a zero point for each 32 inputs (or 64, or 128)."
              + " Not with the method full.");

  final Key<MethodRecipe> method;
  final Key<DataRecipe> data;
  final Key<TaskRecipe> task;
  final Key<TrainRecipe> train;
  final Key<MemoryRecipe> memory;
  final Key<TrackingRecipe> tracking;
  final Key<Path> output;

  private final List<Method> methods;

  /**
   * @param methods that a recipe can have
   * @param trainKeys of {@code train}
   */
  RecipeKeys(List<Method> methods, TrainKeys trainKeys) {
    this.methods = List.copyOf(methods);
    Otherwise itsDefaults = Otherwise.words("its defaults");
    method =
        mapping(
            "method", MethodRecipe.type(methods), Otherwise.required(), "How the model is tuned.");
    data =
        mapping(
            "data",
            Type.mapping(DataRecipe.KEYS, DataRecipe::new, DataRecipe::settings),
            Otherwise.required(),
            "What the model learns from.");
    task =
        mapping(
            "task",
            TaskRecipe.type(TaskRecipe.KEYS),
            Otherwise.required(),
            "What the model learns.");
    train =
        mapping(
            "train",
            Type.mapping(trainKeys, TrainRecipe::new, TrainRecipe::settings),
            itsDefaults,
            "How the run goes.");
    memory =
        mapping(
            "memory",
            Type.mapping(MemoryRecipe.KEYS, MemoryRecipe::new, MemoryRecipe::settings),
            itsDefaults,
            "What the run may take.");
    tracking =
        mapping(
            "tracking",
            Type.mapping(TrackingRecipe.KEYS, TrackingRecipe::new, TrackingRecipe::settings),
            itsDefaults,
            "Who else is told how the run goes, and what its report shows.");
    output =
        key(
            "output",
            Type.of(
                Kind.text("a folder", "runs/mine"),
                (recipe, key) ->
                    recipe.section().document().resolve(recipe.section().text(key).orElseThrow()),
                Path::toString),
            Otherwise.words("runs/NAME, NAME being that of the recipe file"),
            recipe -> {
              Document document = recipe.section().document();
              return document.resolve("runs/" + document.name());
            },
            "The run directory. Relative paths in a recipe are relative to the folder you are"
                + " in.");
  }

  List<Method> methods() {
    return methods;
  }

  @Override
  void check(Settings recipe) {
    recipe.get(method).checkQuantization(quantize.name(), recipe.get(quantize));
  }

  /** Reads a recipe from its tree. */
  Recipe read(ObjectNode root, Document document) {
    try {
      return read(document.section(root), Optional.empty(), Recipe::new);
    } catch (RecipeException e) {
      throw e.isUnknownKey() ? e : document.unknownKeys().first(root).orElse(e);
    }
  }

  private static String model(Reading recipe, String key) {
    Section section = recipe.section();
    String model = section.requiredText(key, ANY_MODEL);
    if (!model.startsWith(Recipe.BUILTIN)) {
      return Recipe.modelName(model, section.document().folder());
    }
    if (!BUILTIN_MODELS.contains(model)) {
      throw section.invalid(key, "a model folder or one of " + BUILTIN_MODELS);
    }
    return model;
  }
}
