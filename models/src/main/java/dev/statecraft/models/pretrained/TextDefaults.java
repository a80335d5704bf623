package dev.statecraft.models.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the configuration classes of transformers (5.18) take for keys that a file leaves out. Files
 * of one model have all their keys, but in the {@code text_config} of a larger one, those that have
 * the default are not written. Gemma 3 is not here: its own files leave them out too, and the
 * family knows them.
 */
final class TextDefaults {
  private static final String LLAMA =
      """
      {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
       "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu",
       "max_position_embeddings": 2048, "rms_norm_eps": 1e-6}
      """;

  private static final String MISTRAL =
      """
      {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336,
       "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
       "hidden_act": "silu", "max_position_embeddings": 131072, "rms_norm_eps": 1e-6,
       "sliding_window": 4096}
      """;

  private static final String QWEN2 =
      """
      {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016,
       "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32,
       "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps": 1e-6}
      """;

  private static final String QWEN2_VL =
      """
      {"vocab_size": 152064, "hidden_size": 8192, "intermediate_size": 29568,
       "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
       "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps": 1e-5}
      """;

  private static final Map<String, String> BY_TYPE =
      Map.of(
          "llama", LLAMA,
          "mistral", MISTRAL,
          "qwen2", QWEN2,
          "qwen2_vl_text", QWEN2_VL,
          "qwen2_5_vl_text", QWEN2_VL);

  private TextDefaults() {}

  /** Values by key; none for a family of which no such part is known. */
  static Map<String, JsonNode> of(String modelType) {
    ObjectNode defaults =
        (ObjectNode) JsonKeys.parse(BY_TYPE.getOrDefault(modelType, "{}"), modelType).node();
    Map<String, JsonNode> values = new TreeMap<>();
    defaults.properties().forEach(field -> values.put(field.getKey(), field.getValue()));
    return values;
  }
}
