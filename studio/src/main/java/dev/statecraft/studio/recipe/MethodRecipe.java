package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.tensor.quant.Quantization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * How a model is tuned.
 *
 * @param method the method
 * @param settings of its keys
 */
public record MethodRecipe(Method method, Settings settings) {
  /** The method's name. */
  public String name() {
    return method.name();
  }

  /** The tuning for a model; it can still find, when applied, that it does not fit. */
  public Tuning tuning(ModelDefaults model) {
    return Tuning.all(tunings(model));
  }

  /** The tunings that it is made of, in the order in which they are applied. */
  public List<Tuning> tunings(ModelDefaults model) {
    return method.tunings(settings, model);
  }

  /** What to say at the beginning of a run of what the recipe left open. */
  public Optional<String> note(ModelDefaults model) {
    return method.note(settings, model);
  }

  /**
   * Only frozen weights can be quantized.
   *
   * @param key what to call it in the message
   * @throws UsageException if the method trains them, or needs them quantized otherwise
   */
  public void checkQuantization(String key, Quantization quantization) {
    method.checkQuantization(key, quantization, settings);
  }

  /** Whether its updates are held by the zero points of such a base. */
  public boolean fitsZeroPoints(Quantization quantization) {
    return quantization.group() > 0
        && method.group(settings).equals(OptionalInt.of(quantization.group()));
  }

  /** A mapping with the name of a method and its keys, or the name alone. */
  static Type<MethodRecipe> type(List<Method> methods) {
    return Type.of(
            Kind.choice(Methods.alone(methods)).orMapping("name"),
            (recipe, key) ->
                recipe
                    .section()
                    .shorthand(key, "name")
                    .read(section -> Methods.read(section, methods, Optional.of(recipe))),
            MethodRecipe::tree)
        .with(
            own -> {
              String prefix = own.key() + ".";
              List<Option> name = new NameKey(Methods.names(methods)).options(prefix);
              List<Option> others = Methods.options(methods, prefix);
              return Stream.concat(name.stream(), others.stream()).toList();
            });
  }

  private static Object tree(MethodRecipe recipe) {
    Map<String, Object> mapping = new LinkedHashMap<>();
    mapping.put("name", recipe.name());
    mapping.putAll(recipe.settings.write());
    return mapping;
  }

  /** The key {@code name}, which says what the others are. */
  private static final class NameKey extends Keys {
    NameKey(List<String> names) {
      required(
          "name",
          Type.choice(names, name -> name, name -> name),
          "one of " + names,
          "Which method; method: lora is short for method: {name: lora}.");
    }
  }
}
