package dev.statecraft.adapters;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What LoRA's settings in PEFT train beside A and B, and whole modules aside.
 *
 * @param biases {@code bias}: which biases of the model
 * @param ofB {@code lora_bias}: whether B has a bias
 * @param tokens {@code trainable_token_indices}: tokens whose rows are trained, by the end of the
 *     name of the module with the table; {@link #INPUT} for the model's embedding
 * @param tied {@code ensure_weight_tying}: whether a tied table in {@code modules_to_save} stays
 *     one
 */
public record Beside(Biases biases, boolean ofB, Map<String, List<Integer>> tokens, boolean tied) {
  /** Nothing. */
  public static final Beside NOTHING = new Beside(Biases.NONE, false, Map.of(), false);

  /** Stands for the model's embedding in {@link #tokens}, whatever its name. */
  public static final String INPUT = "";

  /** Which biases of the model are trained. */
  public enum Biases {
    /** None. */
    NONE("none"),
    /** Those of the linears that LoRA attaches to. */
    LORA_ONLY("lora_only"),
    /** All. */
    ALL("all");

    private final String label;

    Biases(String label) {
      this.label = label;
    }

    /** The word in settings. */
    public String label() {
      return label;
    }

    static Optional<Biases> of(String label) {
      return List.of(values()).stream().filter(one -> one.label.equals(label)).findFirst();
    }
  }

  /** Copies. */
  public Beside {
    Map<String, List<Integer>> copy = new LinkedHashMap<>();
    tokens.forEach((module, ids) -> copy.put(module, List.copyOf(ids)));
    tokens = Collections.unmodifiableMap(copy);
  }
}
