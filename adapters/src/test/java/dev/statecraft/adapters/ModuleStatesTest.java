package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** States at the ends of modules, as a look at transformers' code has them. */
class ModuleStatesTest {
  @ParameterizedTest
  @CsvSource({
    "llama-tiny, model.layers.1, layers.0.output, layers.1.output",
    "llama-tiny, model.layers.0.input_layernorm, embeddings, layers.0.attn_norm",
    "llama-tiny, model.layers.1.self_attn, layers.1.attn_norm, layers.1.attn_output",
    "llama-tiny, model.layers.1.self_attn.q_proj, layers.1.attn_norm, layers.1.q",
    "llama-tiny, model.layers.1.post_attention_layernorm, layers.1.middle, layers.1.mlp_norm",
    "llama-tiny, model.layers.1.mlp, layers.1.mlp_norm, layers.1.mlp_output",
    "llama-tiny, model.layers.1.mlp.down_proj, layers.1.gated, layers.1.mlp_output",
    "llama-tiny, model.norm, layers.2.output, final_norm",
    "llama-tiny, lm_head, selected, logits",
    "gemma2-tiny, model.layers.1.self_attn, layers.1.attn_norm, layers.1.attn_output",
    "gemma2-tiny, model.layers.1.post_attention_layernorm, layers.1.attn_output,"
        + " layers.1.attn_normed",
    "gemma2-tiny, model.layers.1.pre_feedforward_layernorm, layers.1.middle, layers.1.mlp_norm",
    "phi3-tiny, model.layers.1.self_attn.qkv_proj, layers.1.attn_norm, layers.1.qkv",
    "phi3-tiny, model.layers.1.mlp, layers.1.mlp_norm, layers.1.mlp_output",
    "bert-tiny, bert.encoder.layer.1.attention, layers.0.output, layers.1.middle",
    "bert-tiny, bert.encoder.layer.1.attention.self, layers.0.output, layers.1.attention",
    "bert-tiny, bert.encoder.layer.1.attention.output, layers.1.attention, layers.1.middle",
    "bert-tiny, bert.encoder.layer.1.intermediate, layers.1.middle, layers.1.activated",
    "bert-tiny, bert.encoder.layer.1.intermediate.dense, layers.1.middle, layers.1.wide",
    "bert-tiny, bert.encoder.layer.1.output, layers.1.activated, layers.1.output",
    "bert-tiny, bert.encoder.layer.1.output.dense, layers.1.activated, layers.1.mlp_output",
    "vit-tiny, vit.layers.1, layers.0.output, layers.1.output",
    "vit-tiny, vit.layers.1.attention, layers.1.attn_norm, layers.1.attn_output",
    "vit-tiny, vit.layers.1.attention.v_proj, layers.1.attn_norm, layers.1.v",
    "vit-tiny, vit.layers.1.mlp, layers.1.mlp_norm, layers.1.mlp_output",
    "vit-tiny, vit.encoder.layer.1.intermediate.dense, layers.1.mlp_norm, layers.1.wide",
  })
  void whatEntersAndLeavesThem(String model, String module, String in, String out)
      throws IOException {
    try (TinyModel tiny = TinyModel.open(model)) {
      ModuleStates.Ends ends = ModuleStates.of(tiny.family()).modules().get(module);
      assertThat(ends).as(module).isNotNull();
      assertThat(ends.in()).isEqualTo(in);
      assertThat(ends.out()).isEqualTo(out);
    }
  }

  /** GraniteDecoderLayer multiplies what its modules return. */
  @Test
  void multipliersOfBlocksLieOutsideOfTheirModules(@TempDir Path folder) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("config.json"),
            """
            {"model_type": "granite", "vocab_size": 9, "hidden_size": 8, "intermediate_size": 12,
             "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 16,
             "residual_multiplier": 0.22}
            """);
    TaskModel granite = TaskModel.causalLm(Families.read(config).backbone());
    ModuleStates states = ModuleStates.of(granite);
    assertThat(states.modules().get("model.layers.0.self_attn").out())
        .isEqualTo("layers.0.attn_output");
    assertThat(states.modules().get("model.layers.0.mlp").out()).isEqualTo("layers.0.mlp_output");
    Tuning control =
        StateTuning.doubleControl(
            new LowRank(2, 1, false, 0, Initializer.KAIMING), LayerSelection.ALL);
    assertThat(StateftEdges.of(granite, control.apply(granite.graph())).problem())
        .contains(
            "edges from what enters a module to what leaves one, found one from 'embeddings' to"
                + " 'layers.0.middle'");
  }
}
