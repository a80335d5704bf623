package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.run.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterKeysTest {
  private static final List<String> ALL = List.of("0", "1", "2");

  @TempDir Path folder;

  private Set<String> saved(String name, String method) throws IOException {
    try (TinyModel model = TinyModel.open(name)) {
      AdapterDescription description = Descriptions.of(method, model.family());
      try (Weights weights = model.random(model.tuned(description), 3)) {
        AdapterFolder.save(folder, description, model.family(), weights);
      }
      try (Adapter adapter = AdapterFolder.open(folder)) {
        return Set.copyOf(adapter.keys());
      }
    }
  }

  /** Every layer with every ending; {@code N} stands for the layer. */
  private static List<String> each(String begin, List<String> layers, String... endings) {
    List<String> keys = new ArrayList<>();
    for (String layer : layers) {
      for (String ending : endings) {
        keys.add(begin.replace("N", layer) + ending);
      }
    }
    return keys;
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> keys = new ArrayList<>(first);
    keys.addAll(second);
    return keys;
  }

  private static List<String> llamaLora() {
    List<String> keys = new ArrayList<>();
    for (String module :
        List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "mlp.up_proj",
            "mlp.down_proj")) {
      keys.addAll(
          each(
              "base_model.model.model.layers.N." + module,
              ALL,
              ".lora_A.weight",
              ".lora_B.weight"));
    }
    return keys;
  }

  @Test
  void loraIsPefts() throws IOException {
    assertThat(saved("llama-tiny", "lora")).containsExactlyInAnyOrderElementsOf(llamaLora());
  }

  @Test
  void doraIsPefts() throws IOException {
    List<String> keys = llamaLora();
    keys.addAll(
        llamaLora().stream()
            .filter(key -> key.endsWith(".lora_A.weight"))
            .map(key -> key.replace(".lora_A.weight", ".lora_magnitude_vector"))
            .toList());
    assertThat(saved("llama-tiny", "dora")).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void headsArePeftsModulesToSave() throws IOException {
    List<String> lora =
        joined(
            each(
                "base_model.model.roberta.encoder.layer.N.attention.self.query.",
                ALL,
                "lora_A.weight",
                "lora_B.weight"),
            each(
                "base_model.model.roberta.encoder.layer.N.attention.self.value.",
                ALL,
                "lora_A.weight",
                "lora_B.weight"));
    List<String> head =
        List.of(
            "base_model.model.classifier.dense.weight",
            "base_model.model.classifier.dense.bias",
            "base_model.model.classifier.out_proj.weight",
            "base_model.model.classifier.out_proj.bias");
    assertThat(saved("roberta-tiny", "lora"))
        .containsExactlyInAnyOrderElementsOf(joined(lora, head));
    assertThat(saved("roberta-tiny", "probe")).containsExactlyInAnyOrderElementsOf(head);
  }

  @Test
  void vitHasItsNewNames() throws IOException {
    List<String> lora =
        joined(
            each(
                "base_model.model.vit.layers.N.attention.q_proj.",
                ALL,
                "lora_A.weight",
                "lora_B.weight"),
            each(
                "base_model.model.vit.layers.N.attention.v_proj.",
                ALL,
                "lora_A.weight",
                "lora_B.weight"));
    List<String> head =
        List.of("base_model.model.classifier.weight", "base_model.model.classifier.bias");
    assertThat(saved("vit-tiny", "lora")).containsExactlyInAnyOrderElementsOf(joined(lora, head));
    assertThat(saved("vit-tiny", "control"))
        .containsExactlyInAnyOrderElementsOf(
            joined(
                each(
                    "base_model.model.vit.layers.N.",
                    ALL,
                    "lora_A.weight",
                    "lora_A.bias",
                    "lora_B.weight",
                    "lora_B.bias"),
                head));
  }

  @Test
  void controlHasTheReferencesNames() throws IOException {
    List<String> mlp =
        each("base_model.model.model.layers.N.", ALL, "lora_A.weight", "lora_B.weight");
    assertThat(saved("llama-tiny", "control")).containsExactlyInAnyOrderElementsOf(mlp);
    assertThat(saved("llama-tiny", "double-control"))
        .containsExactlyInAnyOrderElementsOf(
            each(
                "base_model.model.model.layers.N.",
                List.of("1", "2"),
                "lora_A.weight",
                "lora_B.weight",
                "lora_A_attn.weight",
                "lora_B_attn.weight"));
    assertThat(saved("llama-tiny", "control+lora"))
        .containsExactlyInAnyOrderElementsOf(joined(mlp, llamaLora()));
  }

  @Test
  void adaptersAndFreeEdgesHaveOurNames() throws IOException {
    assertThat(saved("llama-tiny", "adapter"))
        .containsExactlyInAnyOrderElementsOf(
            each(
                "base_model.model.model.layers.N.",
                List.of("0", "2"),
                "lora_A_attn_adapter.weight",
                "lora_A_attn_adapter.bias",
                "lora_B_attn_adapter.weight",
                "lora_B_attn_adapter.bias",
                "lora_A_mlp_adapter.weight",
                "lora_A_mlp_adapter.bias",
                "lora_B_mlp_adapter.weight",
                "lora_B_mlp_adapter.bias"));
    assertThat(saved("llama-tiny", "edges"))
        .containsExactlyInAnyOrderElementsOf(
            joined(
                List.of(
                    "base_model.model.control.layers.0.middle.to.layers.2.output.lora_A.weight",
                    "base_model.model.control.layers.0.middle.to.layers.2.output.lora_B.weight"),
                each(
                    "base_model.model.model.layers.N.",
                    List.of("0", "1"),
                    "lora_A_block.weight",
                    "lora_A_block.bias",
                    "lora_B_block.weight",
                    "lora_B_block.bias")));
  }

  @Test
  void fullTuningHasTheCheckpointsNames() throws IOException {
    try (TinyModel model = TinyModel.open("llama-tied")) {
      assertThat(saved("llama-tied", "full"))
          .isEqualTo(model.family().graph().parameters().keySet());
    }
  }
}
