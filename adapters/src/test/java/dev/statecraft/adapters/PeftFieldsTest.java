package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every field of {@code LoraConfig} of PEFT 0.21, with a value that is not its default: it changes
 * what is computed, or it is refused by its name, or PEFT computes the same with it.
 */
class PeftFieldsTest {
  /** Fields with a value that says something else than their default. */
  private static final Map<String, String> UNDERSTOOD = new LinkedHashMap<>();

  /** Fields that PEFT computes the same with: notes, ways to start, and what is for Megatron. */
  private static final Map<String, String> IDLE = new LinkedHashMap<>();

  /** Fields that are refused. */
  private static final Map<String, String> REFUSED = new LinkedHashMap<>();

  /** What a field needs beside it to say anything. */
  private static final Map<String, String> BESIDE = new LinkedHashMap<>();

  static {
    UNDERSTOOD.put("r", "2");
    UNDERSTOOD.put("target_modules", "[\"k_proj\"]");
    UNDERSTOOD.put("exclude_modules", "[\"v_proj\"]");
    UNDERSTOOD.put("lora_alpha", "5");
    UNDERSTOOD.put("lora_dropout", "0.5");
    UNDERSTOOD.put("bias", "\"all\"");
    UNDERSTOOD.put("use_rslora", "true");
    UNDERSTOOD.put("modules_to_save", "[\"norm\"]");
    UNDERSTOOD.put("layers_to_transform", "[1]");
    UNDERSTOOD.put("layers_pattern", "\"blocks\"");
    UNDERSTOOD.put("rank_pattern", "{\"q_proj\":2}");
    UNDERSTOOD.put("alpha_pattern", "{\"q_proj\":2}");
    UNDERSTOOD.put("trainable_token_indices", "[3]");
    UNDERSTOOD.put("use_dora", "true");
    UNDERSTOOD.put("lora_bias", "true");
    UNDERSTOOD.put("init_lora_weights", "\"gaussian\"");
    UNDERSTOOD.put("ensure_weight_tying", "true");
    IDLE.put("task_type", "\"CAUSAL_LM\"");
    IDLE.put("auto_mapping", "{\"base_model_class\":\"X\"}");
    IDLE.put("peft_version", "\"0.21.0\"");
    IDLE.put("base_model_name_or_path", "\"x\"");
    IDLE.put("revision", "\"main\"");
    IDLE.put("inference_mode", "true");
    IDLE.put("megatron_config", "{\"x\":1}");
    IDLE.put("megatron_core", "\"x\"");
    IDLE.put("loftq_config", "{\"loftq_bits\":4}");
    IDLE.put("eva_config", "{\"rho\":2.0}");
    IDLE.put("corda_config", "{\"verbose\":true}");
    IDLE.put("lora_ga_config", "{\"stable_gamma\":8}");
    IDLE.put("qalora_group_size", "8");
    IDLE.put("runtime_config", "{\"ephemeral_gpu_offload\":true}");
    REFUSED.put("peft_type", "\"LOHA\"");
    REFUSED.put("fan_in_fan_out", "true");
    REFUSED.put("velora_config", "{\"num_groups\":64}");
    REFUSED.put("alora_invocation_tokens", "[1]");
    REFUSED.put("use_qalora", "true");
    REFUSED.put("monteclora_config", "{\"num_samples\":8}");
    REFUSED.put("layer_replication", "[[0,1]]");
    REFUSED.put("target_parameters", "[\"x\"]");
    REFUSED.put("use_bdlora", "{\"nblocks\":2}");
    REFUSED.put("arrow_config", "{\"top_k\":3}");
    REFUSED.put("kasa_config", "{\"beta\":0.1}");
    BESIDE.put("layers_pattern", "layers_to_transform");
    BESIDE.put("ensure_weight_tying", "modules_to_save");
  }

  /** The settings with a field changed, and what it needs beside it there in both cases. */
  private static AdapterDescription read(String field, boolean changed) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("peft_type", "\"LORA\"");
    keys.put("r", "4");
    keys.put("lora_alpha", "8");
    keys.put("target_modules", "[\"q_proj\",\"v_proj\"]");
    String beside = BESIDE.get(field);
    if (beside != null) {
      keys.put(beside, beside.equals("modules_to_save") ? "[\"lm_head\"]" : UNDERSTOOD.get(beside));
    }
    if (changed) {
      Map<String, String> all = new LinkedHashMap<>(UNDERSTOOD);
      all.putAll(IDLE);
      all.putAll(REFUSED);
      keys.put(field, all.get(field));
    }
    List<String> written = new ArrayList<>();
    keys.forEach((key, value) -> written.add("\"" + key + "\":" + value));
    return AdapterConfig.read("{" + String.join(",", written) + "}", "CONFIG", Map.of());
  }

  /** All that the graph computes; an empty list if the settings do not fit the model. */
  private static List<Edge> edges(TinyModel tiny, String field, boolean changed) {
    try {
      Graph graph = tiny.tuned(read(field, changed));
      return graph.edges();
    } catch (InvalidInputException e) {
      return List.of();
    }
  }

  /** As PEFT's LoraConfig refuses it. */
  @Test
  void aBiasOfBIsRefusedBesideOtherStarts() {
    assertThatThrownBy(
            () ->
                AdapterConfig.read(
                    "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"lora_bias\":true,"
                        + "\"target_modules\":[\"q_proj\"],\"init_lora_weights\":\"eva\"}",
                    "CONFIG",
                    Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "CONFIG: lora_bias: expected false beside init_lora_weights in words, as in PEFT");
  }

  /** As {@code dataclasses.fields(LoraConfig)} names them. */
  @Test
  void allFieldsAreHere() {
    List<String> fields = new ArrayList<>(UNDERSTOOD.keySet());
    fields.addAll(IDLE.keySet());
    fields.addAll(REFUSED.keySet());
    assertThat(fields)
        .containsExactlyInAnyOrder(
            ("task_type peft_type auto_mapping peft_version base_model_name_or_path revision"
                    + " inference_mode r target_modules exclude_modules lora_alpha lora_dropout"
                    + " fan_in_fan_out bias use_rslora modules_to_save init_lora_weights"
                    + " layers_to_transform layers_pattern rank_pattern alpha_pattern"
                    + " megatron_config megatron_core trainable_token_indices loftq_config"
                    + " eva_config corda_config lora_ga_config use_dora velora_config"
                    + " alora_invocation_tokens use_qalora qalora_group_size monteclora_config"
                    + " layer_replication runtime_config lora_bias target_parameters use_bdlora"
                    + " arrow_config kasa_config ensure_weight_tying")
                .split(" "));
  }

  @Test
  void whatIsUnderstoodChangesTheGraph() throws IOException {
    try (TinyModel tied = TinyModel.open("llama-tied");
        TinyModel biased = TinyModel.open("bert-tiny")) {
      for (String field : UNDERSTOOD.keySet()) {
        if (field.equals("bias")) {
          assertThat(
                  biased
                      .tuned(
                          AdapterConfig.read(
                              "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,"
                                  + "\"target_modules\":[\"query\"],\"bias\":\"lora_only\"}",
                              "CONFIG",
                              Map.of()))
                      .parameters()
                      .get("bert.encoder.layer.0.attention.self.query.bias")
                      .trainable())
              .isTrue();
          continue;
        }
        assertThat(edges(tied, field, true)).as(field).isNotEqualTo(edges(tied, field, false));
      }
    }
  }

  @Test
  void whatIsIdleChangesNothing() throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tied")) {
      for (String field : IDLE.keySet()) {
        assertThat(edges(tiny, field, true))
            .as(field)
            .isNotEmpty()
            .isEqualTo(edges(tiny, field, false));
      }
    }
  }

  @Test
  void whatIsNotUnderstoodIsRefusedByItsName() {
    for (Map.Entry<String, String> field : REFUSED.entrySet()) {
      assertThatThrownBy(() -> read(field.getKey(), true))
          .as(field.getKey())
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("CONFIG: " + field.getKey() + ": expected ")
          .hasMessageEndingWith(", found " + field.getValue());
    }
  }
}
