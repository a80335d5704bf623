package dev.statecraft.studio.recipe;

import dev.statecraft.tensor.quant.Quantization;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every key that a recipe can have, in the order in which they are explained: the one place where
 * keys are documented. The JSON schema, {@code train --explain} and {@code docs/recipes.md} are
 * made of it, and tests hold it equal to what {@code RecipeReader} reads.
 */
public final class Catalogue {
  private static final List<Option> OPTIONS =
      Stream.of(
              top(),
              MethodKeys.all(),
              DataKeys.all(),
              TaskKeys.all(),
              TrainKeys.all(),
              TrackingKeys.all())
          .flatMap(List::stream)
          .toList();

  private Catalogue() {}

  private static List<Option> top() {
    return List.of(
        Option.of(
            "model",
            Kind.text(
                "a model folder, org/name[@revision] of the Hub, or one of "
                    + String.join(", ", Recipe.BUILTIN_MODELS),
                Recipe.BUILTIN_MODELS.get(0)),
            Otherwise.required(),
            "The pretrained model: a folder as save_pretrained writes it, a model of the Hugging"
                + " Face Hub, or one that comes with Statecraft."),
        Option.of(
            "quantize",
            Kind.choice(Arrays.stream(Quantization.values()).map(Quantization::label).toList()),
            Otherwise.value(Defaults.QUANTIZE.label()),
            "How the frozen linears inside layers are held; int8 and nf4 are bitsandbytes' formats."
                + " Not with the method full."),
        Option.of(
            "method",
            Kind.choice(wordsAlone()).orMapping("name"),
            Otherwise.required(),
            "How the model is tuned."),
        Option.of("data", Kind.mapping(), Otherwise.required(), "What the model learns from."),
        Option.of(
            "task",
            Kind.choice(TaskRecipe.TYPES).orMapping("type"),
            Otherwise.required(),
            "What the model learns."),
        Option.of("train", Kind.mapping(), Otherwise.words("its defaults"), "How the run goes."),
        Option.of(
            "memory", Kind.mapping(), Otherwise.words("its defaults"), "What the run may take."),
        Option.of(
            "tracking",
            Kind.mapping(),
            Otherwise.words("its defaults"),
            "Who else is told how the run goes, and what its report shows."),
        Option.of(
            "output",
            Kind.text("a folder", "runs/mine"),
            Otherwise.words("runs/NAME, NAME being that of the recipe file"),
            "The run directory. Relative paths in a recipe are relative to the folder you are"
                + " in."));
  }

  /** Methods that need no key but their name. */
  private static List<String> wordsAlone() {
    return MethodName.labels().stream()
        .filter(label -> !label.equals(MethodName.EDGES.label()))
        .toList();
  }

  /** All entries. */
  public static List<Option> options() {
    return OPTIONS;
  }

  /** The entries of one mapping; {@code parent} is empty for the recipe itself. */
  public static List<Option> of(String parent) {
    return matching(option -> option.parent().equals(parent));
  }

  /**
   * The entries that a word means: a whole key such as {@code train.epochs}, its end such as {@code
   * epochs}, or a mapping, for that and all inside it.
   *
   * @throws RecipeException if there is none
   */
  public static List<Option> find(String word) {
    String key = word.strip();
    List<Option> found =
        matching(
            option ->
                option.key().equals(key)
                    || option.key().startsWith(key + ".")
                    || option.key().startsWith(key + "[]."));
    if (found.isEmpty()) {
      found = matching(option -> option.key().endsWith("." + key));
    }
    if (found.isEmpty()) {
      throw new RecipeException(
          "--explain: expected a key of a recipe, such as train.epochs or method, found '"
              + word
              + "'"
              + suggestion(key));
    }
    return found;
  }

  /** A misspelled key of a mapping that there is, or the end of any key. */
  private static String suggestion(String key) {
    int dot = key.lastIndexOf('.');
    List<Option> siblings = dot < 0 ? List.of() : of(key.substring(0, dot));
    List<String> names =
        (siblings.isEmpty() ? OPTIONS : siblings).stream().map(Option::name).distinct().toList();
    return Suggestion.closest(key.substring(dot + 1), names)
        .map(name -> siblings.isEmpty() ? name : key.substring(0, dot + 1) + name)
        .map(found -> "; did you mean '" + found + "'?")
        .orElse("");
  }

  /** The key that a value alone stands for, where a mapping can be at {@code key}. */
  static Optional<String> mainKey(String key) {
    return OPTIONS.stream()
        .filter(option -> option.key().equals(key))
        .flatMap(option -> option.kind().main().stream())
        .findFirst();
  }

  /** All words that a key can have as its value; empty if it can have others. */
  static List<String> words(String key) {
    return OPTIONS.stream()
        .filter(option -> option.key().replace("[]", "").equals(key))
        .flatMap(option -> option.kind().choices().stream())
        .distinct()
        .toList();
  }

  private static List<Option> matching(Predicate<Option> wanted) {
    return OPTIONS.stream().filter(wanted).collect(Collectors.toUnmodifiableList());
  }
}
