package dev.statecraft.models.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * The keys of {@code config.json} files that do not change what a model computes, whoever wrote
 * them. A family that reads one of them after all is not hindered: only keys that nobody asked for
 * are looked up here. A key that is in none of these lists is refused, so add one only where it is
 * sure, for all families, that the scores are the same without it.
 */
final class HarmlessKeys {
  /** How texts are written, which is asked for elsewhere; up to 4.x it stood in config.json. */
  private static final List<String> GENERATION =
      List.of(
          "bad_words_ids",
          "begin_suppress_tokens",
          "cache_implementation",
          "decoder_start_token_id",
          "diversity_penalty",
          "do_sample",
          "early_stopping",
          "encoder_no_repeat_ngram_size",
          "exponential_decay_length_penalty",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "length_penalty",
          "max_length",
          "max_new_tokens",
          "min_length",
          "no_repeat_ngram_size",
          "num_beam_groups",
          "num_beams",
          "num_return_sequences",
          "output_scores",
          "remove_invalid_values",
          "repetition_penalty",
          "return_dict_in_generate",
          "suppress_tokens",
          "temperature",
          "top_k",
          "top_p",
          "typical_p");

  /** What transformers and others note about a file, and what they return beside the scores. */
  private static final List<String> BOOKKEEPING =
      List.of(
          "architectures",
          "auto_map",
          "custom_pipelines",
          "dtype",
          "finetuning_task",
          "is_llama_config",
          "language",
          "model_name",
          "model_type",
          "name_or_path",
          "output_attentions",
          "output_hidden_states",
          "output_past",
          "return_dict",
          "task_specific_params",
          "tf_legacy_loss",
          "torch_dtype",
          "torchscript",
          "transformers.js_config",
          "transformers_version",
          "unsloth_fixed",
          "unsloth_version",
          "use_bfloat16");

  /** Initial values, losses and what saves memory in training. */
  private static final List<String> TRAINING =
      List.of(
          "gradient_checkpointing",
          "init_std",
          "initializer_cutoff_factor",
          "initializer_factor",
          "initializer_range",
          "neftune_noise_alpha",
          "repad_logits_with_grad",
          // DistilBERT: how the table of positions began; the checkpoint has it.
          "sinusoidal_pos_embds",
          "sparse_pred_ignore_index",
          "sparse_prediction");

  /** Which kernels compute it, in which parts, and what is kept between tokens. */
  private static final List<String> KERNELS =
      List.of(
          "attn_implementation",
          "chunk_size_feed_forward",
          "deterministic_flash_attn",
          // Of vLLM alone, beyond its chunk of 262,144 tokens; transformers knows nothing of it.
          "dual_chunk_attention_config",
          // LLaMA 2: the same products, in slices.
          "pretraining_tp",
          "reference_compile",
          "use_cache",
          "use_flash_attn");

  /** What a tokenizer or a batch is told. Families ask for the ids that they need. */
  private static final List<String> TOKENS =
      List.of(
          "bos_token_id",
          "cls_token_id",
          "eos_token_id",
          "mask_token_id",
          // LLaMA 1 and old BERTs, beside max_position_embeddings.
          "max_sequence_length",
          "model_max_length",
          "pad_token_id",
          "prefix",
          "sep_token_id",
          "tokenizer_class",
          "unk_token_id");

  /**
   * Heads of other tasks (masked tokens, summaries, poolers that the family's class for a sequence
   * does not ask), names of labels, and what a cross-encoder of sentence-transformers does to the
   * scores after them.
   */
  private static final List<String> HEADS =
      List.of(
          "decoder_bias",
          "encoder_stride",
          "id2label",
          "label2id",
          "num_labels",
          // Of Idefics, in the text part.
          "perceiver_config",
          "pixel_shuffle_factor",
          "pooler_act",
          "pooler_fc_size",
          "pooler_num_attention_heads",
          "pooler_num_fc_layers",
          "pooler_output_size",
          "pooler_size_per_head",
          "pooler_type",
          "problem_type",
          "qa_dropout",
          "sbert_ce_default_activation_function",
          "sentence_transformers",
          "summary_activation",
          "summary_first_dropout",
          "summary_last_dropout",
          "summary_proj_to_labels",
          "summary_type",
          "summary_use_proj",
          "tie_weights_",
          "tie_word_embeddings",
          "use_resampler");

  /** Read elsewhere: see QuantizationConfig. */
  private static final List<String> ELSEWHERE = List.of("quantization_config");

  private static final Set<String> ALWAYS =
      union(List.of(GENERATION, BOOKKEEPING, TRAINING, KERNELS, TOKENS, HEADS, ELSEWHERE));

  /** A value, and the object that it is of. */
  private interface Condition extends BiPredicate<JsonNode, JsonNode> {}

  private static final Condition FALSE = (value, object) -> value.isBoolean() && !value.asBoolean();
  private static final Condition EMPTY =
      (value, object) -> value.isContainerNode() && value.isEmpty();
  private static final Condition ONE = number(1);
  private static final Condition ZERO = number(0);

  /** Keys that change nothing where they have the value of what all families compute. */
  private static final Map<String, Condition> WHERE_OFF =
      Map.ofEntries(
          Map.entry("add_cross_attention", FALSE),
          Map.entry("attention_bias", FALSE),
          Map.entry("is_decoder", FALSE),
          Map.entry("is_encoder_decoder", FALSE),
          Map.entry("lm_head_bias", FALSE),
          Map.entry("mlp_bias", FALSE),
          Map.entry("qk_layer_norms", FALSE),
          Map.entry("rope_interleaved", FALSE),
          Map.entry("tie_encoder_decoder", FALSE),
          Map.entry("use_bidirectional_attention", FALSE),
          Map.entry("use_mrope", FALSE),
          Map.entry("use_qk_norm", FALSE),
          Map.entry("use_sliding_window", FALSE),
          Map.entry("pruned_heads", EMPTY),
          Map.entry("embedding_multiplier", ONE),
          Map.entry("full_attn_mod", ONE),
          Map.entry("interpolate_factor", ONE),
          Map.entry("logits_scaling", ONE),
          Map.entry("partial_rotary_factor", ONE),
          Map.entry("residual_multiplier", ONE),
          Map.entry("directionality", text("bidi")),
          Map.entry("position_embedding_type", text("absolute")),
          Map.entry("layer_types", HarmlessKeys::allFull),
          // Windows that are not used.
          Map.entry("sliding_window", HarmlessKeys::noWindow),
          Map.entry("max_window_layers", HarmlessKeys::noWindow),
          Map.entry("sliding_window_size", same("sliding_window")),
          // BERTs that were made of ALBERTs or MiniLMs; transformers does not read it.
          Map.entry("embedding_size", same("hidden_size")),
          // ModernBERT, whose own key is norm_eps.
          Map.entry("layer_norm_eps", (value, object) -> object.hasNonNull("norm_eps")),
          // Two spellings of one thing.
          Map.entry("type", (value, object) -> object.hasNonNull("rope_type")),
          Map.entry("hidden_act", same("hidden_activation")),
          Map.entry("hidden_activation", HarmlessKeys::asGemmaComputes),
          // Where no scaling of rope asks for it.
          Map.entry("original_max_position_embeddings", HarmlessKeys::plainRope),
          Map.entry("rope_theta", HarmlessKeys::asRopeHasIt));

  private HarmlessKeys() {}

  /** Whether a key of an object changes nothing. */
  static boolean harmless(String key, JsonNode object) {
    JsonNode value = object.path(key);
    return key.startsWith("_")
        || value.isNull()
        || ALWAYS.contains(key)
        || isDropout(key) && ZERO.test(value, object)
        || WHERE_OFF.containsKey(key) && WHERE_OFF.get(key).test(value, object);
  }

  private static boolean isDropout(String key) {
    return key.endsWith("dropout") || key.endsWith("dropout_prob") || key.endsWith("pdrop");
  }

  private static Condition number(double neutral) {
    return (value, object) -> value.isNumber() && value.doubleValue() == neutral;
  }

  private static Condition text(String neutral) {
    return (value, object) -> value.asText().equals(neutral);
  }

  private static Condition same(String other) {
    return (value, object) -> value.equals(object.path(other));
  }

  /** Qwen's files name a window and switch it off beside it. */
  private static boolean noWindow(JsonNode value, JsonNode object) {
    return FALSE.test(object.path("use_sliding_window"), object)
        || object.path("sliding_window").isNull();
  }

  private static boolean allFull(JsonNode value, JsonNode object) {
    for (JsonNode type : value) {
      if (!type.asText().equals("full_attention")) {
        return false;
      }
    }
    return value.isArray();
  }

  /** The first Gemma's, whatever its file says. */
  private static boolean asGemmaComputes(JsonNode value, JsonNode object) {
    return value.asText().equals("gelu_pytorch_tanh")
        && object.path("model_type").asText().equals("gemma");
  }

  private static boolean plainRope(JsonNode value, JsonNode object) {
    return !object.hasNonNull("rope_scaling")
        && object.path("rope_parameters").path("rope_type").asText("default").equals("default");
  }

  private static boolean asRopeHasIt(JsonNode value, JsonNode object) {
    JsonNode rope = object.path(object.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    JsonNode inner = rope.path("rope_theta");
    return inner.isNumber() && value.isNumber() && inner.doubleValue() == value.doubleValue();
  }

  private static Set<String> union(List<List<String>> lists) {
    Set<String> all = new HashSet<>();
    lists.forEach(all::addAll);
    return Set.copyOf(all);
  }
}
