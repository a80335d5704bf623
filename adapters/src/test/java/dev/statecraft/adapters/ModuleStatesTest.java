package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
}
