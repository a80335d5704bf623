package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.config.ConfigText;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.DecoderSizes;
import dev.statecraft.models.family.decoder.LayerKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Configurations with the keys and sizes that published models have: each is read, or refused for
 * the one thing that is missing.
 */
class FamilyConfigsTest {
  private static String text(String name) throws IOException {
    try (InputStream in =
        FamilyConfigsTest.class.getResourceAsStream("/configs/" + name + ".json")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/configs/published.csv")
  void published(String name, String type, int layers, int hidden, int intermediate, int heads)
      throws IOException {
    ModelConfig config = Families.parse(text(name), name);
    assertThat(config.modelType()).isEqualTo(type);
    assertThat(config.numHiddenLayers()).isEqualTo(layers);
    assertThat(config.hiddenSize()).isEqualTo(hidden);
    assertThat(config.intermediateSize()).isEqualTo(intermediate);
    assertThat(config.numAttentionHeads()).isEqualTo(heads);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "/configs/refused.csv")
  void refusedInWords(String name, String words) {
    assertThatThrownBy(() -> Families.parse(text(name), name))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(name + ": model_type: expected one of llama, ")
        .hasMessageContaining("(" + words);
  }

  /** So that none lies there that no test reads. */
  @Test
  void everyFileIsExpected() throws IOException, URISyntaxException {
    TreeSet<String> files = new TreeSet<>();
    TreeSet<String> expected = new TreeSet<>();
    Path folder = Path.of(FamilyConfigsTest.class.getResource("/configs").toURI());
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".json")) {
          files.add(name.replace(".json", ""));
        } else {
          Files.readAllLines(file).stream()
              .filter(row -> !row.startsWith("#"))
              .forEach(row -> expected.add(row.substring(0, row.indexOf(','))));
        }
      }
    }
    assertThat(files).isEqualTo(expected);
  }

  private static ConfigText config(String name) throws IOException {
    return new ConfigText(text(name));
  }

  private static void refused(ConfigText config, String message) {
    assertThatThrownBy(config::parse)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("c.json: " + message);
  }

  @Test
  void aKeyThatNobodyAsksForIsRefusedByName() throws IOException {
    refused(
        config("llama-3-8b").with("'clip_qkv': 8.0"),
        "clip_qkv: expected a key that is known not to change what a llama model computes, found"
            + " 8.0");
    refused(
        config("bert-base-uncased").with("'embedding_norm': true"),
        "embedding_norm: expected a key that is known not to change what a bert model computes,"
            + " found true");
    refused(
        config("vit-base-patch16-224").with("'layerscale': 'yes'"),
        "layerscale: expected a key that is known not to change what a vit model computes, found"
            + " \"yes\"");
  }

  @Test
  void severalAreToldAtOnceEachWithItsPlace() throws IOException {
    refused(
        config("llama-3.1-8b-instruct")
            .with(
                "'a': 1, 'rope_scaling': {'rope_type': 'llama3', 'factor': 8,"
                    + " 'low_freq_factor': 1, 'high_freq_factor': 4,"
                    + " 'original_max_position_embeddings': 8192, 'b': [1]}"),
        "rope_scaling.b: expected a key that is known not to change what a llama model computes,"
            + " found [1], and with it a 1");
    refused(
        config("llama-3-8b")
            .with("'k1': 1, 'k2': 2, 'k3': 3, 'k4': 4, 'k5': 5, 'k6': 6, 'k7': 7, 'k8': 8"),
        "k1: expected a key that is known not to change what a llama model computes, found 1, and"
            + " with it k2 2, k3 3, k4 4, k5 5, k6 6 and 2 more");
    refused(
        config("llama-3-8b").with("'words': '" + "x".repeat(60) + "'"),
        "words: expected a key that is known not to change what a llama model computes, found \""
            + "x".repeat(36)
            + "...");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "anything; null",
        "_anything; 7",
        "hidden_dropout; 0.0",
        "use_sliding_window; false",
        "layer_types; ['full_attention']",
        "pruned_heads; {}",
        "partial_rotary_factor; 1",
        "quantization_config; null"
      })
  void whatIsOffChangesNothing(String key, String value) throws IOException {
    config("llama-3-8b").with("'" + key + "': " + value).parse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "hidden_dropout; 0.1",
        "use_sliding_window; true",
        "layer_types; ['sliding_attention']",
        "layer_types; 'full_attention'",
        "pruned_heads; {'1': [2]}",
        "use_something; false",
        "sliding_window; 4096",
        "rope_interleaved; true",
        "embedding_multiplier; 12.0",
        "position_embedding_type; 'relative_key'",
        "sparse_attention; ''"
      })
  void whatIsNotOffIsRefused(String key, String value) throws IOException {
    assertThatThrownBy(config("llama-3-8b").with("'" + key + "': " + value)::parse)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + key + ": expected a key that is known");
  }

  /** Qwen's files name a window and say beside it that it is not used. */
  @Test
  void aWindowThatIsSwitchedOnIsUsed() throws IOException {
    DecoderConfig off = (DecoderConfig) config("qwen2.5-7b-instruct").parse();
    assertThat(off.layers()).allMatch(layer -> layer.window() == 0);
    assertThat(config("qwen2.5-7b-instruct").without("use_sliding_window").parse()).isEqualTo(off);
    DecoderConfig on =
        (DecoderConfig)
            config("qwen2.5-7b-instruct")
                .with("'use_sliding_window': true, 'max_window_layers': 20")
                .parse();
    assertThat(on.layers().stream().map(LayerKind::window).distinct()).containsExactly(0, 131_072);
  }

  /** The same base twice is one; two are two. */
  @Test
  void aBaseOfRopeThatIsThereTwice() throws IOException {
    String rope = "'rope_parameters': {'rope_type': 'default', 'rope_theta': 500000.0}";
    config("llama-3-8b").without("rope_scaling").with(rope).parse();
    refused(
        config("llama-3-8b").without("rope_scaling").with(rope).with("'rope_theta': 10000.0"),
        "rope_theta: expected a key that is known not to change what a llama model computes, found"
            + " 10000.0");
  }

  @Test
  void whatAFileOfAModelWithPicturesLeavesOut() throws IOException {
    DecoderConfig gemma = (DecoderConfig) config("gemma-3-4b-it").parse();
    assertThat(gemma.sizes())
        .isEqualTo(new DecoderSizes(262_208, 2560, 10_240, 34, 8, 4, 256, 131_072));
    assertThat(gemma.tieWordEmbeddings()).isTrue();
    assertThat(gemma.eosTokenIds()).containsExactly(1, 106);
    assertThat(gemma.dtype()).contains("bfloat16");
    DecoderConfig llava = (DecoderConfig) config("llava-1.5-7b").parse();
    assertThat(llava.sizes())
        .isEqualTo(new DecoderSizes(32_064, 4096, 11_008, 32, 32, 32, 128, 4096));
    assertThat(llava.tieWordEmbeddings()).isFalse();
    DecoderConfig mistral = (DecoderConfig) config("mistral-small-3.1-24b").parse();
    assertThat(mistral.sizes().headDim()).isEqualTo(128);
    assertThat(mistral.layers()).allMatch(layer -> layer.window() == 0);
  }

  /** Three kinds of positions that are one where there are only texts. */
  @ParameterizedTest
  @ValueSource(
      strings = {"qwen2-vl-2b-instruct", "qwen2.5-vl-3b-instruct", "qwen2.5-vl-7b-transformers-5"})
  void positionsOfPicturesAreThoseOfTexts(String name) throws IOException {
    DecoderConfig config = (DecoderConfig) config(name).parse();
    assertThat(config.layers()).containsOnly(LayerKind.full(new RopeConfig(1e6)));
    assertThat(config.attention().inputBias()).isTrue();
    assertThat(config.tieWordEmbeddings()).isEqualTo(name.endsWith("instruct"));
  }

  @Test
  void aBaseThatAFileWithPicturesLeavesOutIsItsOwnClasss() throws IOException {
    DecoderConfig config =
        (DecoderConfig)
            config("qwen2-vl-2b-instruct").without("rope_theta").without("rope_scaling").parse();
    assertThat(config.layers()).containsOnly(LayerKind.full(new RopeConfig(1e6)));
  }

  @Test
  void textPartsAreAsStrictAsOthers() throws IOException {
    refused(
        config("llava-1.5-7b").with("'text_config': {'model_type': 'llama', 'clip_qkv': 8}"),
        "text_config.clip_qkv: expected a key that is known not to change what a llama model"
            + " computes, found 8");
    assertThatThrownBy(
            config("llava-1.5-7b").with("'text_config': {'model_type': 'mixtral'}")::parse)
        .hasMessageStartingWith("c.json: text_config.model_type: expected one of llama,")
        .hasMessageEndingWith("(Mixtral, whose layers choose among experts)");
    refused(
        config("llava-1.5-7b").with("'text_config': 3"),
        "text_config: expected an object, found 3");
    refused(
        config("gemma-3-4b-it").without("text_config"),
        "text_config: expected an object, found no such key");
    refused(
        config("gemma-3-4b-it").with("'text_config': null"),
        "text_config: expected an object, found null");
  }
}
