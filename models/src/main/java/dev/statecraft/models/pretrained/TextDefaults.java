package dev.statecraft.models.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the configuration classes of transformers (5.18) take for keys that a file leaves out. Files
 * of one model have all their keys, but in the {@code text_config} of a larger one, those that have
 * the default are not written.
 */
final class TextDefaults {
  private static final String GEMMA3 =
      """
      {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216,
       "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4,
       "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
       "max_position_embeddings": 131072, "rms_norm_eps": 1e-6, "query_pre_attn_scalar": 256,
       "sliding_window": 4096, "tie_word_embeddings": true}
      """;

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

  private static final Map<String, String> BY_TYPE =
      Map.of("gemma3_text", GEMMA3, "llama", LLAMA, "mistral", MISTRAL, "qwen2", QWEN2);

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
