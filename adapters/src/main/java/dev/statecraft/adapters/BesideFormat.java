package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@link Beside} as the keys of PEFT's {@code LoraConfig}. All but {@code bias} may be absent. */
final class BesideFormat {
  private static final String BIAS = "bias";
  private static final String OF_B = "lora_bias";
  private static final String TOKENS = "trainable_token_indices";
  private static final String TIED = "ensure_weight_tying";

  private BesideFormat() {}

  static Beside read(JsonKeys keys) {
    String bias = keys.optionalText(BIAS).orElse(Beside.Biases.NONE.label());
    Beside beside =
        new Beside(
            Beside.Biases.of(bias)
                .orElseThrow(
                    () ->
                        keys.invalid(
                            BIAS,
                            "one of "
                                + List.of(Beside.Biases.values()).stream()
                                    .map(Beside.Biases::label)
                                    .toList())),
            keys.flag(OF_B, false),
            tokens(keys),
            keys.flag(TIED, false));
    if (beside.ofB() && keys.flag("use_dora", false)) {
      throw keys.invalid(OF_B, "false beside use_dora, as in PEFT");
    }
    if (beside.ofB() && keys.get("init_lora_weights").isTextual()) {
      throw keys.invalid(OF_B, "false beside init_lora_weights in words, as in PEFT");
    }
    return beside;
  }

  private static Map<String, List<Integer>> tokens(JsonKeys keys) {
    Map<String, List<Integer>> tokens = new LinkedHashMap<>();
    if (!keys.has(TOKENS)) {
      return tokens;
    }
    if (keys.get(TOKENS).isArray()) {
      put(tokens, Beside.INPUT, keys.counts(TOKENS));
      return tokens;
    }
    if (!keys.get(TOKENS).isObject()) {
      throw keys.invalid(TOKENS, "a list of tokens' ids, or such lists by names of modules");
    }
    JsonKeys all = keys.object(TOKENS);
    Iterator<String> modules = all.node().fieldNames();
    while (modules.hasNext()) {
      String module = modules.next();
      if (!all.get(module).isArray()) {
        throw all.invalid(module, "a list of tokens' ids");
      }
      put(tokens, module, all.counts(module));
    }
    return tokens;
  }

  private static void put(Map<String, List<Integer>> tokens, String module, List<Integer> ids) {
    if (!ids.isEmpty()) {
      tokens.put(module, ids);
    }
  }

  static void write(ObjectNode node, Beside beside) {
    node.put(BIAS, beside.biases().label());
    if (beside.tied()) {
      node.put(TIED, true);
    }
    if (beside.ofB()) {
      node.put(OF_B, true);
    }
    if (beside.tokens().keySet().equals(Set.of(Beside.INPUT))) {
      beside.tokens().get(Beside.INPUT).forEach(node.putArray(TOKENS)::add);
    } else if (!beside.tokens().isEmpty()) {
      ObjectNode modules = node.putObject(TOKENS);
      beside.tokens().forEach((module, ids) -> ids.forEach(modules.putArray(module)::add));
    }
  }
}
