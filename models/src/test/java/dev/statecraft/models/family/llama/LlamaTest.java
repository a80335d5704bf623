package dev.statecraft.models.family.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.op.Activation;
import dev.statecraft.models.config.ConfigText;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeScaling;
import dev.statecraft.models.family.decoder.DecoderAttention;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderMlp;
import dev.statecraft.models.family.decoder.DecoderNorms;
import dev.statecraft.models.family.decoder.DecoderScales;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.DecoderTokens;
import dev.statecraft.models.family.decoder.LayerKind;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaTest {

  private static ConfigText minimal() {
    return new ConfigText(
        """
        {"model_type": "llama", "vocab_size": 97, "hidden_size": 32, "intermediate_size": 88,
         "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 64,
         "rms_norm_eps": 1e-05}\
        """);
  }

  private static DecoderConfig parse(String keys) {
    return (DecoderConfig) minimal().with(keys).parse();
  }

  @Test
  void untiedIsAllElse() {
    assertThat(parse("'tie_word_embeddings': true, 'attention_dropout': 0.25").untied())
        .isEqualTo(parse("'attention_dropout': 0.25"));
  }

  @Test
  void absentKeysHaveTheDefaultsOfTransformers() {
    DecoderConfig config = parse("");
    assertThat(config.sizes()).isEqualTo(new DecoderSizes(97, 32, 88, 3, 4, 4, 8, 64));
    assertThat(config.norms()).isEqualTo(DecoderNorms.plain(1e-5));
    assertThat(config.layers())
        .isEqualTo(Collections.nCopies(3, LayerKind.full(new RopeConfig(10_000))));
    assertThat(config.attention()).isEqualTo(DecoderAttention.plain(false, 8, 0));
    assertThat(config.mlp()).isEqualTo(new DecoderMlp(Activation.Kind.SILU, false, false));
    assertThat(config.scales()).isEqualTo(DecoderScales.NONE);
    assertThat(config.tokens())
        .isEqualTo(new DecoderTokens(OptionalInt.of(1), List.of(2), OptionalInt.empty()));
    assertThat(config.tieWordEmbeddings()).isFalse();
    assertThat(config.dtype()).isEmpty();
    assertThat(parse("").modelType()).isEqualTo("llama");
  }

  @Test
  void readsWhatIsThere() {
    DecoderConfig config =
        parse(
            "'num_key_value_heads': 2, 'head_dim': 16, 'hidden_act': 'silu', 'attention_bias':"
                + " true,'mlp_bias': true, 'tie_word_embeddings': true, 'bos_token_id':"
                + " 1,'eos_token_id': [2, 5], 'pad_token_id': 0, 'torch_dtype':"
                + " 'bfloat16','transformers_version': '4.40.0', 'use_cache': true");
    assertThat(config.sizes().numKeyValueHeads()).isEqualTo(2);
    assertThat(config.sizes().headDim()).isEqualTo(16);
    assertThat(config.attention().inputBias()).isTrue();
    assertThat(config.mlp().bias()).isTrue();
    assertThat(config.tieWordEmbeddings()).isTrue();
    assertThat(config.tokens().bos()).hasValue(1);
    assertThat(config.eosTokenIds()).containsExactly(2, 5);
    assertThat(config.tokens().pad()).hasValue(0);
    assertThat(config.dtype()).contains("bfloat16");
  }

  @Test
  void nullIsNoToken() {
    assertThat(parse("'eos_token_id': null").eosTokenIds()).isEmpty();
    assertThat(parse("'bos_token_id': null").tokens().bos()).isEmpty();
    assertThat(parse("'bos_token_id': null").eosTokenIds()).containsExactly(2);
  }

  @Test
  void nullIsAbsentAndMinusOneIsNoToken() {
    DecoderConfig config =
        parse(
            "'num_key_value_heads': null, 'head_dim': null, 'rope_scaling': null,"
                + "'bos_token_id': null, 'eos_token_id': 2, 'pad_token_id': -1, 'dtype': null");
    assertThat(config.sizes().numKeyValueHeads()).isEqualTo(4);
    assertThat(config.sizes().headDim()).isEqualTo(8);
    assertThat(config.tokens().bos()).isEmpty();
    assertThat(config.eosTokenIds()).containsExactly(2);
    assertThat(config.tokens().pad()).isEmpty();
    assertThat(config.dtype()).isEmpty();
  }

  @Test
  void dtypeOfTransformersFiveWins() {
    assertThat(parse("'dtype': 'float32', 'torch_dtype': 'float16'").dtype()).contains("float32");
  }

  @Test
  void headDimNeedNotFollowFromTheHiddenSize() {
    DecoderConfig config = parse("'hidden_size': 30, 'head_dim': 8");
    assertThat(config.hiddenSize()).isEqualTo(30);
    assertThat(config.sizes().headDim()).isEqualTo(8);
  }

  @Test
  void ropeOfTransformersFourAndFiveIsTheSame() {
    String scaling =
        "'factor': 8.0, 'high_freq_factor': 4.0, 'low_freq_factor': 1.0,"
            + "'original_max_position_embeddings': 16";
    RopeConfig expected = new RopeConfig(500_000, new RopeScaling.Llama3(8, 1, 4, 16));
    assertThat(
            parse("'rope_theta': 500000, 'rope_scaling': {'rope_type': 'llama3'," + scaling + "}")
                .layers()
                .get(0)
                .rope()
                .orElseThrow())
        .isEqualTo(expected);
    assertThat(
            parse("'rope_theta': 5e5, 'rope_scaling': {'type': 'llama3'," + scaling + "}")
                .layers()
                .get(0)
                .rope()
                .orElseThrow())
        .isEqualTo(expected);
    assertThat(
            parse("'rope_parameters': {'rope_type': 'llama3', 'rope_theta': 5e5," + scaling + "}")
                .layers()
                .get(0)
                .rope()
                .orElseThrow())
        .isEqualTo(expected);
    assertThat(
            parse("'rope_parameters': {'rope_type': 'default', 'rope_theta': 7}")
                .layers()
                .get(0)
                .rope()
                .orElseThrow())
        .isEqualTo(new RopeConfig(7));
    assertThat(
            parse("'rope_theta': 7, 'rope_scaling': {'type': 'default'}")
                .layers()
                .get(0)
                .rope()
                .orElseThrow())
        .isEqualTo(new RopeConfig(7));
    assertThat(parse("'rope_theta': 7").layers().get(0).rope().orElseThrow())
        .isEqualTo(new RopeConfig(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "max_position_embeddings",
        "rms_norm_eps",
        "model_type"
      })
  void namesTheKeyThatIsMissing(String key) {
    assertThatThrownBy(() -> minimal().without(key).parse())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + key + ": expected a ")
        .hasMessageEndingWith(", found no such key");
    assertThatThrownBy(() -> minimal().with("'" + key + "': null").parse())
        .hasMessageEndingWith(", found null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'model_type': 'gpt2'|model_type: expected one of llama, mistral, ",
        "'model_type': 3|model_type: expected a string, found 3",
        "'vocab_size': '97'|vocab_size: expected a positive integer, found \"97\"",
        "'vocab_size': 97.0|vocab_size: expected a positive integer, found 97.0",
        "'vocab_size': 0|vocab_size: expected a positive integer, found 0",
        "'vocab_size': 3000000000|vocab_size: expected a positive integer, found 3000000000",
        "'rms_norm_eps': 0|rms_norm_eps: expected a positive number, found 0",
        "'rms_norm_eps': '1e-5'|rms_norm_eps: expected a positive number, found \"1e-5\"",
        "'rms_norm_eps': 1e999|rms_norm_eps: expected a positive number, found ",
        "'hidden_act': 'gelu'|hidden_act: expected \"silu\", found \"gelu\"",
        "'num_attention_heads': 5"
            + "|hidden_size: expected a multiple of num_attention_heads (5), found 32",
        "'num_key_value_heads': 3"
            + "|num_key_value_heads: expected a divisor of num_attention_heads (4), found 3",
        "'num_key_value_heads': 8"
            + "|num_key_value_heads: expected a divisor of num_attention_heads (4), found 8",
        "'head_dim': 7|head_dim: expected an even head size, found 7",
        "'hidden_size': 36|hidden_size: expected an even head size, found 36",
        "'tie_word_embeddings': 1|tie_word_embeddings: expected true or false, found 1",
        "'attention_bias': 'no'|attention_bias: expected true or false, found \"no\"",
        "'bos_token_id': [1]|bos_token_id: expected a token id, found [1]",
        "'bos_token_id': -2|bos_token_id: expected a token id, found -2",
        "'eos_token_id': [1, 'x']|eos_token_id: expected a token id or a list of them, found [1,",
        "'dtype': 32|dtype: expected a string, found 32",
        "'rope_theta': -1|rope_theta: expected a positive number, found -1",
        "'rope_scaling': 'llama3'|rope_scaling: expected an object, found \"llama3\"",
        "'rope_scaling': {'type': 'proportional', 'factor': 2}"
            + "|rope_scaling.type: expected default, linear, dynamic, yarn, longrope or llama3,"
            + " found \"proportional\"",
        "'rope_parameters': {'rope_type': 'linear'}"
            + "|rope_parameters.factor: expected a positive number, found no such key",
        "'rope_parameters': {'rope_type': 'longrope', 'factor': 2, 'short_factor': [1, 2, 3],"
            + "'long_factor': [1, 2, 3]}"
            + "|rope_parameters.short_factor: expected 4 positive numbers, one for each pair of"
            + " turned features, found [1,2,3]",
        "'rope_parameters': {'rope_theta': 0}"
            + "|rope_parameters.rope_theta: expected a positive number, found 0",
        "'rope_parameters': {'partial_rotary_factor': 0.5}"
            + "|rope_parameters.partial_rotary_factor: expected 1, found 0.5",
        "'rope_parameters': {'rope_type': 'llama3'}"
            + "|rope_parameters.factor: expected a positive number, found no such key",
        "'rope_scaling': {'rope_type': 'llama3', 'factor': 0.5, 'low_freq_factor': 1,"
            + "'high_freq_factor': 4, 'original_max_position_embeddings': 16}"
            + "|rope_scaling.factor: expected a number of at least 1, found 0.5",
        "'rope_scaling': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 4,"
            + "'high_freq_factor': 4, 'original_max_position_embeddings': 16}"
            + "|rope_scaling.high_freq_factor: expected more than low_freq_factor (4.0), found 4",
      })
  void namesTheKeyThatIsWrong(String keys, String problem) {
    assertThatThrownBy(() -> minimal().with(keys).parse())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + problem);
  }

  @Test
  void sizesBeyondAnyModelAreErrorsBeforeMemoryIsTaken() {
    for (String key :
        new String[] {
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "vocab_size",
          "num_attention_heads",
          "head_dim"
        }) {
      for (String size : new String[] {"2000000000", "99999999999999999999"}) {
        assertThatThrownBy(() -> parse("'" + key + "': " + size))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith("c.json: " + key + ": expected a positive integer")
            .hasMessageEndingWith("found " + size);
      }
    }
  }
}
