package dev.statecraft.models.family.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.RotaryFrequencies;
import dev.statecraft.core.op.ScoreRule;
import dev.statecraft.models.config.ConfigText;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeScaling;
import dev.statecraft.models.family.TokenInput;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each family makes of its configuration, with transformers' defaults where keys are absent.
 */
class DecoderFamiliesTest {
  private static DecoderConfig parse(String modelType, String keys) {
    return (DecoderConfig)
        new ConfigText(
                """
                {"model_type": "%s", "vocab_size": 97, "hidden_size": 32, "intermediate_size": 88,
                 "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "max_position_embeddings": 64, "rms_norm_eps": 1e-05}\
                """
                    .formatted(modelType))
            .with(keys)
            .parse();
  }

  private static List<Integer> windows(DecoderConfig config) {
    return config.layers().stream().map(LayerKind::window).toList();
  }

  @Test
  void mistralSeesAWindowUnlessItIsNull() {
    assertThat(windows(parse("mistral", "'head_dim': 16"))).containsOnly(4096);
    assertThat(windows(parse("mistral", "'sliding_window': 8"))).containsOnly(8);
    assertThat(windows(parse("mistral", "'sliding_window': null"))).containsOnly(0);
    assertThat(parse("mistral", "'head_dim': 16").sizes().headDim()).isEqualTo(16);
  }

  @Test
  void qwen2HasBiasesOfItsInputsAndAWindowOnlyWhereItIsUsed() {
    DecoderConfig plain = parse("qwen2", "'sliding_window': 8, 'max_window_layers': 1");
    assertThat(windows(plain)).containsOnly(0);
    assertThat(plain.attention().inputBias()).isTrue();
    assertThat(plain.attention().outputBias()).isFalse();
    assertThat(plain.attention().headNorms()).isFalse();
    String used = "'sliding_window': 8, 'use_sliding_window': true, ";
    assertThat(windows(parse("qwen2", used + "'max_window_layers': 1")))
        .containsExactly(0, 8, 8, 8);
    assertThat(windows(parse("qwen2", used + "'use_cache': true"))).containsOnly(0);
    String types =
        "'layer_types': ['sliding_attention', 'full_attention', 'full_attention',"
            + " 'sliding_attention']";
    assertThat(windows(parse("qwen2", used + types))).containsExactly(8, 0, 0, 8);
  }

  @Test
  void qwen3NormsHeadsOf128() {
    DecoderConfig config = parse("qwen3", "'attention_bias': true");
    assertThat(config.sizes().headDim()).isEqualTo(128);
    assertThat(config.attention().headNorms()).isTrue();
    assertThat(config.attention().outputBias()).isTrue();
    assertThat(config.scaledTargets().targets()).containsExactly("q_proj", "v_proj", "down_proj");
  }

  @Test
  void gemmaScalesEmbeddingsAndIsTied() {
    DecoderConfig config = parse("gemma", "'hidden_act': 'gelu'");
    assertThat(config.mlp().gate()).isEqualTo(Activation.Kind.GELU_TANH);
    assertThat(config.tieWordEmbeddings()).isTrue();
    assertThat(config.norms()).isEqualTo(new DecoderNorms(1e-5, true, false));
    assertThat(config.scales().embedding()).isEqualTo(Math.sqrt(32));
    assertThat(config.scales().rounded()).isTrue();
    assertThat(config.tokens().bos()).hasValue(2);
    assertThat(config.tokens().eos()).containsExactly(1);
  }

  @Test
  void gemma2CapsAndAlternates() {
    DecoderConfig config = parse("gemma2", "'sliding_window': 8, 'query_pre_attn_scalar': 16");
    assertThat(windows(config)).containsExactly(8, 0, 8, 0);
    assertThat(config.attention().cap()).isEqualTo(50);
    assertThat(config.attention().scale()).isEqualTo(0.25);
    assertThat(config.scales().scores()).isEqualTo(new ScoreRule(1, 30));
    assertThat(config.norms().sandwich()).isTrue();
    DecoderConfig bare =
        parse("gemma2", "'attn_logit_softcapping': null, 'final_logit_softcapping': null");
    assertThat(bare.attention().cap()).isZero();
    assertThat(bare.scales().scores()).isEqualTo(ScoreRule.PLAIN);
  }

  @Test
  void gemma3HasTwoBasesInFilesOfBothVersions() {
    String four =
        "'rope_theta': 1e6, 'rope_local_base_freq': 1e4, 'sliding_window': 8,"
            + " 'sliding_window_pattern': 2, 'rope_scaling': {'factor': 8.0, 'rope_type':"
            + " 'linear'}";
    String five =
        "'sliding_window': 8, 'layer_types': ['sliding_attention', 'full_attention',"
            + " 'sliding_attention', 'full_attention'], 'rope_parameters': {'full_attention':"
            + " {'rope_type': 'linear', 'factor': 8.0, 'rope_theta': 1e6}, 'sliding_attention':"
            + " {'rope_type': 'default', 'rope_theta': 1e4}}";
    LayerKind local = LayerKind.full(new RopeConfig(1e4)).within(8);
    LayerKind global = LayerKind.full(new RopeConfig(1e6, new RopeScaling.Linear(8)));
    for (String keys : List.of(four, five)) {
      assertThat(parse("gemma3_text", keys).layers()).containsExactly(local, global, local, global);
    }
    DecoderConfig absent = parse("gemma3_text", "'use_cache': true");
    assertThat(windows(absent)).containsOnly(4096);
    assertThat(absent.layers().get(0).rope()).contains(new RopeConfig(1e4));
    assertThat(absent.sizes().headDim()).isEqualTo(256);
    DecoderConfig noted = parse("gemma3_text", "'_sliding_window_pattern': 2");
    assertThat(noted.layers()).isEqualTo(absent.layers());
  }

  @Test
  void phi3JoinsItsLinearsAndTurnsAPartOfEachHead() {
    DecoderConfig config =
        parse(
            "phi3",
            "'partial_rotary_factor': 0.5, 'original_max_position_embeddings': 16,"
                + " 'sliding_window': 8, 'resid_pdrop': 0.1, 'rope_scaling': {'type': 'su',"
                + " 'short_factor': [1.0, 1.5], 'long_factor': [2, 4]}");
    assertThat(config.attention().joined()).isTrue();
    assertThat(config.mlp().joined()).isTrue();
    assertThat(windows(config)).containsOnly(8);
    assertThat(config.residualDropout()).isEqualTo(0.1);
    RopeConfig rope = config.layers().get(0).rope().orElseThrow();
    assertThat(rope.turned(8)).isEqualTo(4);
    assertThat(rope.table(8).amplitude())
        .isEqualTo(Math.sqrt(1 + Math.log(4) / Math.log(16)), within(1e-12));
    RotaryFrequencies frequencies = rope.table(8).frequencies();
    assertThat(frequencies.at(16)).containsExactly(1, (float) (1 / 150.0));
    assertThat(frequencies.at(17)).containsExactly(0.5, (float) (1 / 400.0));
    assertThat(frequencies.regime(16)).isNotEqualTo(frequencies.regime(17));
    String five =
        "'partial_rotary_factor': 0.5, 'original_max_position_embeddings': 16, 'resid_pdrop': 0.1,"
            + " 'sliding_window': 8, 'rope_parameters': {'partial_rotary_factor': 0.5, 'rope_type':"
            + " 'longrope', 'short_factor': [1.0, 1.5], 'long_factor': [2, 4]}";
    assertThat(parse("phi3", five)).isEqualTo(config);
  }

  /** transformers' class has 4096 where the file itself does not say, and takes it. */
  @Test
  void phi3DoesNotTakeTheRopesOwnContext() {
    DecoderConfig config =
        parse(
            "phi3",
            "'rope_scaling': {'type': 'longrope', 'original_max_position_embeddings': 16,"
                + " 'short_factor': [1, 1, 1, 1], 'long_factor': [2, 2, 2, 2]}");
    RopeConfig rope = config.layers().get(0).rope().orElseThrow();
    assertThat(rope.table(8).amplitude()).isEqualTo(1);
    RotaryFrequencies frequencies = rope.table(8).frequencies();
    assertThat(frequencies.regime(16)).isEqualTo(frequencies.regime(4096));
    assertThat(frequencies.regime(4096)).isNotEqualTo(frequencies.regime(4097));
  }

  @Test
  void contextsGrowByWhatTheRopeSays() {
    String dynamic = "'rope_scaling': {'type': 'dynamic', 'factor': 2.5}";
    assertThat(parse("llama", dynamic).backbone().input().maxTokens()).isEqualTo(160);
    String yarn = "'rope_scaling': {'rope_type': 'yarn', 'factor': 4, ";
    assertThat(parse("qwen2", yarn + "'original_max_position_embeddings': 32}").backbone().input())
        .extracting(TokenInput::maxTokens)
        .isEqualTo(128);
    assertThat(parse("qwen2", yarn + "'original_max_position_embeddings': 8}").backbone().input())
        .extracting(TokenInput::maxTokens)
        .isEqualTo(64);
    assertThat(parse("qwen2", "'use_cache': true").backbone().input().maxTokens()).isEqualTo(64);
  }

  @Test
  void graniteMultiplies() {
    DecoderConfig config =
        parse(
            "granite",
            "'embedding_multiplier': 12.0, 'attention_multiplier': 0.1, 'residual_multiplier':"
                + " 0.22, 'logits_scaling': 8.0, 'mlp_bias': true");
    assertThat(config.scales()).isEqualTo(new DecoderScales(12, false, 0.22, new ScoreRule(8, 0)));
    assertThat(config.attention().scale()).isEqualTo(0.1);
    assertThat(config.mlp().bias()).isTrue();
    assertThat(parse("granite", "'use_cache': true").attention().scale()).isEqualTo(1);
  }

  @Test
  void smolLm3LeavesPositionsOutOfEveryFourthLayer() {
    RopeConfig rope = new RopeConfig(2e6);
    assertThat(parse("smollm3", "'use_cache': true").layers())
        .extracting(LayerKind::rope)
        .containsExactly(Optional.of(rope), Optional.of(rope), Optional.of(rope), Optional.empty());
    assertThat(parse("smollm3", "'no_rope_layers': [0, 1, 0, 1]").layers())
        .extracting(LayerKind::rope)
        .containsExactly(Optional.empty(), Optional.of(rope), Optional.empty(), Optional.of(rope));
    assertThat(windows(parse("smollm3", "'use_sliding_window': true, 'sliding_window': 8")))
        .containsExactly(0, 0, 0, 8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "qwen2|'layer_types': ['full_attention']"
            + "|layer_types: expected one for each of the 4 layers, found [\"full_attention\"]",
        "qwen2|'layer_types': ['a', 'a', 'a', 'a']"
            + "|layer_types: expected full_attention or sliding_attention, found \"a\"",
        "mistral|'sliding_window': 0|sliding_window: expected a positive integer, found 0",
        "mistral|'rope_scaling': {'partial_rotary_factor': 0.5}"
            + "|rope_scaling.partial_rotary_factor: expected 1, found 0.5",
        "gemma|'hidden_act': 'relu'|hidden_act: expected \"gelu_pytorch_tanh\", found \"relu\"",
        "gemma2|'use_bidirectional_attention': true"
            + "|use_bidirectional_attention: expected false, found true",
        "gemma3_text|'rope_parameters': {'sliding_attention': {'partial_rotary_factor': 0.5}}"
            + "|rope_parameters.sliding_attention.partial_rotary_factor: expected 1, found 0.5",
        "gemma3_text|'attn_logit_softcapping': 50"
            + "|attn_logit_softcapping: expected null, as in all Gemma 3, found 50",
        "phi3|'rope_scaling': {'type': 'linear', 'factor': 2}"
            + "|rope_scaling.type: expected default or longrope, found \"linear\"",
        "phi3|'partial_rotary_factor': 0.4"
            + "|partial_rotary_factor: expected a share of head_dim (8) that is an even number of"
            + " features, found 0.4",
        "smollm3|'no_rope_layers': [1, 2, 1, 1]"
            + "|no_rope_layers: expected 0 or 1 for each of the 4 layers, found [1,2,1,1]",
        "granite|'logits_scaling': 0|logits_scaling: expected a positive number, found 0",
      })
  void namesTheKeyThatIsWrong(String modelType, String keys, String problem) {
    assertThatThrownBy(() -> parse(modelType, keys))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + problem);
  }
}
