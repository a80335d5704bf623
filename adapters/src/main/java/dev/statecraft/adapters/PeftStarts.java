package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.LoraStart;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * PEFT's {@code init_lora_weights}. When an adapter is read, A and B come from its file, so ways to
 * start them that leave the weights of the model alone make no difference. The others are read if
 * what they take from the weights follows from the weights.
 */
final class PeftStarts {
  private static final String KEY = "init_lora_weights";

  /** Those that leave the weights alone and that we do not start anything by. */
  private static final List<String> HARMLESS = List.of("eva", "mica");

  /** What PEFT does to the others but LoftQ's. */
  private static final String CONVERTED =
      "; PEFT makes a plain LoRA of it: save_pretrained with"
          + " path_initial_model_for_weight_conversion";

  /** Those that change the weights by what no adapter says, and by what. */
  private static final Map<String, String> UNKNOWABLE =
      Map.of(
          "pissa_niter",
          "a randomized decomposition, which differs from one time to the next" + CONVERTED,
          "corda",
          "the linears' inputs on data that the adapter does not hold" + CONVERTED,
          "lora_ga",
          "gradients on data that the adapter does not hold" + CONVERTED,
          "loftq",
          "LoftQ's own quantization of them");

  private PeftStarts() {}

  /**
   * Reads it.
   *
   * @throws dev.statecraft.base.InvalidInputException if it changes the model's weights in a way
   *     that is not known from the adapter, or is unknown
   */
  static LoraStart read(JsonKeys keys) {
    if (!keys.get(KEY).isTextual()) {
      return LoraStart.KAIMING; // true, false or absent: all leave the weights alone.
    }
    String text = keys.text(KEY).toLowerCase(Locale.ROOT);
    for (LoraStart start : LoraStart.values()) {
      if (start != LoraStart.KAIMING && start.label().equals(text)) {
        return start;
      }
    }
    if (HARMLESS.contains(text)) {
      return LoraStart.KAIMING;
    }
    String expected = "true, false or one of " + words();
    throw UNKNOWABLE.entrySet().stream()
        .filter(entry -> text.startsWith(entry.getKey()))
        .findFirst()
        .map(
            entry ->
                keys.invalid(
                    KEY,
                    expected + " (this one changes the base weights by " + entry.getValue() + ")"))
        .orElseGet(() -> keys.invalid(KEY, expected));
  }

  private static List<String> words() {
    return Stream.concat(
            Arrays.stream(LoraStart.values())
                .filter(start -> start != LoraStart.KAIMING)
                .map(LoraStart::label),
            HARMLESS.stream())
        .sorted()
        .toList();
  }

  /** Writes it. */
  static void write(ObjectNode node, LoraStart start) {
    if (start == LoraStart.KAIMING) {
      node.put(KEY, true);
    } else {
      node.put(KEY, start.label());
    }
  }
}
