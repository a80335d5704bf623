package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.number;
import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.op.Activation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What keys of several methods have in common. */
final class MethodTypes {
  /** No model has states as wide. */
  private static final int MOST_RANK = 65_536;

  /** The default of low-rank methods, and of the width of adapters. */
  static final int USUAL_RANK = 8;

  /** The scale of control and of adapters: what they compute is added as it is. */
  static final double USUAL_CONTROL_ALPHA = 1;

  static final double NO_DROPOUT = 0;
  private static final String ALL_LAYERS = LayerSelection.ALL.toString();

  static final Type<Integer> RANK =
      whole(1, 16).checked(rank -> rank <= MOST_RANK, "from 1 to " + MOST_RANK);

  /** How many edges a routed one reads. */
  static final Type<Integer> EXPERTS = whole(0, Routed.USUAL_K);

  static final Type<Double> ALPHA =
      number("a number", Map.of(), 2)
          .checked(alpha -> alpha != 0, "a number other than 0, with which nothing is learned")
          .checked(Double::isFinite, "a finite number");

  static final Type<Double> DROPOUT =
      number(
          "from 0 up to but not 1",
          "a probability from 0 up to but not 1",
          Map.of("minimum", 0, "exclusiveMaximum", 1),
          0.05);

  /** A {@link LayerSelection}, as it is written. */
  private static final Type<String> LAYERS =
      Type.of(
          Kind.text("all, first N, last N, a number or a list such as [0, 2, 5-7]", "last 6")
              .or(Kind.wholeNumber(0, 3))
              .or(Kind.texts("a list", 1, List.of("0", "2", "5-7"))),
          MethodTypes::layers,
          layers -> layers);

  static final Type<Positions> POSITIONS =
      Type.of(
          Kind.text("all, first N, last N, or first N, last M", "first 7, last 7"),
          (method, key) -> Positions.parse(method.section().text(key).orElseThrow()),
          Positions::toString);

  /** What holds where a key is left to the model family. */
  static final String FAMILY = "the model family's";

  /** The activations of bottlenecks. */
  private static final List<Activation.Kind> ACTIVATIONS =
      List.of(
          Activation.Kind.GELU, Activation.Kind.RELU, Activation.Kind.SILU, Activation.Kind.TANH);

  private MethodTypes() {}

  /** Adds the key {@code layers}, all unless a recipe says which. */
  static Key<String> layers(Keys mapping) {
    return mapping.key("layers", LAYERS, ALL_LAYERS, "The layers that are tuned, counted from 0.");
  }

  /** Adds the key {@code dropout} of methods with a low-rank branch. */
  static Key<Double> dropout(Keys mapping) {
    return mapping.key(
        "dropout",
        DROPOUT,
        NO_DROPOUT,
        "Probability with which an input of the low-rank branch is dropped.");
  }

  /** Adds the key {@code activation}, GELU where there is none. */
  static Key<Optional<Activation.Kind>> activation(Keys mapping, String sentence) {
    return mapping.optional(
        "activation",
        Type.choice(ACTIVATIONS, Activation.Kind::label, MethodTypes::activation),
        Activation.Kind.GELU.label(),
        sentence);
  }

  private static Activation.Kind activation(String label) {
    return ACTIVATIONS.stream()
        .filter(kind -> kind.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "activation: expected one of "
                        + ACTIVATIONS.stream().map(Activation.Kind::label).toList()
                        + ", found '"
                        + label
                        + "'"));
  }

  private static String layers(Reading method, String key) {
    Section section = method.section();
    String text =
        section.isList(key)
            ? String.join(",", section.texts(key).orElseThrow())
            : section.isWholeNumber(key)
                ? String.valueOf(section.integer(key).orElseThrow())
                : section.text(key).orElseThrow();
    return LayerSelection.parse(text).toString();
  }
}
