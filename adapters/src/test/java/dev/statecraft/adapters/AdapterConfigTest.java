package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.models.head.TaskModel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written into {@code adapter_config.json}. */
class AdapterConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode written(AdapterDescription description, TaskModel family)
      throws IOException {
    return JSON.readTree(AdapterConfig.write(description, family));
  }

  private static JsonNode lora(String model, List<String> targets, String layers)
      throws IOException {
    try (TinyModel tiny = TinyModel.open(model)) {
      Lora lora = new Lora(4, 8, 0.1, targets, LayerSelection.parse(layers));
      return written(AdapterDescription.of("lora", "", List.of(lora)), tiny.family());
    }
  }

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::textValue).toList();
  }

  @Test
  void loraIsPefts() throws IOException {
    JsonNode json = lora("llama-tiny", List.of("q_proj", "v_proj"), "all");
    assertThat(json)
        .isEqualTo(
            JSON.readTree(
                """
                {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": null,
                 "inference_mode": true, "modules_to_save": null, "auto_mapping": null,
                 "revision": null, "alpha_pattern": {}, "bias": "none", "fan_in_fan_out": false,
                 "init_lora_weights": true, "layers_pattern": null, "layers_to_transform": null,
                 "lora_alpha": 8, "lora_dropout": 0.1, "r": 4, "rank_pattern": {},
                 "target_modules": ["q_proj", "v_proj"], "use_dora": false, "use_rslora": false}
                """));
  }

  @Test
  void doraIsPeftsWithItsFlag() throws IOException {
    try (TinyModel tiny = TinyModel.open("bert-tiny")) {
      Dora dora = new Dora(4, 2.5, 0, List.of("query"), LayerSelection.ALL);
      JsonNode json =
          written(AdapterDescription.of("dora", "org/name", List.of(dora)), tiny.family());
      assertThat(json.get("use_dora").booleanValue()).isTrue();
      assertThat(json.get("lora_alpha").doubleValue()).isEqualTo(2.5);
      assertThat(json.get("base_model_name_or_path").textValue()).isEqualTo("org/name");
      assertThat(json.get("task_type").textValue()).isEqualTo("SEQ_CLS");
      assertThat(texts(json.get("modules_to_save"))).containsExactly("classifier");
    }
  }

  @Test
  void someLayersAreListed() throws IOException {
    JsonNode json = lora("roberta-tiny", List.of("query"), "last 2");
    assertThat(texts(json.get("target_modules"))).containsExactly("query");
    assertThat(json.get("layers_to_transform").toString()).isEqualTo("[1,2]");
  }

  @Test
  void vitHasPeftsTargets() throws IOException {
    JsonNode json = lora("vit-tiny", List.of("query", "output.dense", "intermediate.dense"), "all");
    assertThat(texts(json.get("target_modules"))).containsExactly("q_proj", "fc2", "fc1");
    assertThat(json.get("task_type").isNull()).isTrue();
  }

  /** BERT's output.dense ends attention.output.dense too, so PEFT needs the full names. */
  @Test
  void fullNamesWhereShortOnesMeanMore() throws IOException {
    JsonNode json = lora("bert-tiny", List.of("output.dense"), "0,2");
    assertThat(texts(json.get("target_modules")))
        .containsExactly("bert.encoder.layer.0.output.dense", "bert.encoder.layer.2.output.dense");
    assertThat(json.get("layers_to_transform").isNull()).isTrue();
  }

  @Test
  void shortNamesWhereBothAreMeant() throws IOException {
    JsonNode json = lora("bert-tiny", List.of("attention.output.dense", "output.dense"), "0,2");
    assertThat(texts(json.get("target_modules")))
        .containsExactly("attention.output.dense", "output.dense");
    assertThat(json.get("layers_to_transform").toString()).isEqualTo("[0,2]");
  }

  @Test
  void controlAndLoraHaveBothSettings() throws IOException {
    try (TinyModel tiny = TinyModel.open("llama-tiny")) {
      JsonNode json = written(Descriptions.of("control+lora", tiny.family()), tiny.family());
      assertThat(json.get("peft_type").textValue()).isEqualTo("CONTROL");
      assertThat(json.get("method").textValue()).isEqualTo("control+lora");
      assertThat(json.get("parts").get(0))
          .isEqualTo(
              JSON.readTree(
                  """
                  {"type": "control", "layers": "all", "edges": [
                    {"from": "middle", "to": "output", "name": "mlp", "function": "low_rank",
                     "rank": 3, "scale": 0.5, "bias": false, "dropout": 0.1,
                     "init": {"kind": "KAIMING_UNIFORM", "scale": 0.0}}]}
                  """));
      assertThat(json.get("parts").get(1).get("type").textValue()).isEqualTo("lora");
      assertThat(json.get("parts").get(1).get("r").intValue()).isEqualTo(2);
    }
  }
}
