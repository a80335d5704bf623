package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.pretrained.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialTokensTest {
  private final DecoderConfig config = TinyLlama.config("llama-tiny");

  @TempDir Path folder;

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aTextBeginsAsTheTokenizerFramesIt() throws IOException {
    try (Tokenizer plain = WordTokenizers.plain(97);
        Tokenizer bos = WordTokenizers.withBos(97);
        Tokenizer both = WordTokenizers.withBosAndEos(97);
        Tokenizer eos = WordTokenizers.withEos(97)) {
      assertThat(config.tokens().bos()).hasValue(1);
      assertThat(SpecialTokens.of(config.eosTokenIds(), plain).bosId()).isEmpty();
      assertThat(SpecialTokens.of(config.eosTokenIds(), bos).bosId()).hasValue(1);
      assertThat(SpecialTokens.of(config.eosTokenIds(), both).bosId()).hasValue(1);
      assertThat(SpecialTokens.of(config.eosTokenIds(), eos).bosId()).isEmpty();
      assertThat(SpecialTokens.of(config.eosTokenIds(), bos).endIds()).containsExactly(2);
    }
  }

  @Test
  void theGenerationConfigurationHasTheWordOnWhatElseEnds() throws IOException {
    try (Tokenizer plain = WordTokenizers.plain(97)) {
      assertThat(SpecialTokens.read(folder, config.eosTokenIds(), plain))
          .isEqualTo(SpecialTokens.of(config.eosTokenIds(), plain));
      write("generation_config.json", "{\"eos_token_id\": [5, 2, 7]}");
      SpecialTokens read = SpecialTokens.read(folder, config.eosTokenIds(), plain);
      assertThat(read.endIds()).containsExactly(2, 5, 7);
      assertThat(read.eosId()).hasValue(2);
      write("generation_config.json", "{\"eos_token_id\": 9}");
      // What is learned at the end of a text, the configuration's, ends one too.
      assertThat(SpecialTokens.read(folder, config.eosTokenIds(), plain).endIds())
          .containsExactly(2, 9);
      write("generation_config.json", "{\"eos_token_id\": null, \"do_sample\": true}");
      assertThat(SpecialTokens.read(folder, config.eosTokenIds(), plain).endIds())
          .containsExactly(2);
    }
  }

  @Test
  void addBosTokenSaysNothingBesideATokenizerJson() throws IOException {
    try (Tokenizer tokenizer =
        folderTokenizer("{\"add_bos_token\": true, \"bos_token\": \"w1\"}")) {
      assertThat(SpecialTokens.read(folder, config.eosTokenIds(), tokenizer).bosId()).isEmpty();
    }
  }

  @Test
  void theTokenizersEosIsLearned() throws IOException {
    try (Tokenizer tokenizer = folderTokenizer("{\"eos_token\": \"w7\"}")) {
      SpecialTokens of = SpecialTokens.of(config.eosTokenIds(), tokenizer);
      assertThat(of.eosId()).hasValue(7);
      assertThat(of.endIds()).containsExactly(7, 2);
      write("generation_config.json", "{\"eos_token_id\": [9, 7]}");
      assertThat(SpecialTokens.read(folder, config.eosTokenIds(), tokenizer).endIds())
          .containsExactly(7, 9);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"|2", "\"eos_token_id\": null,|", "\"eos_token_id\": [5, 6],|5"})
  void withoutTheKeyEosIsTheFamilysDefault(String key, Integer eos) throws IOException {
    String json =
        """
        {"model_type": "llama", "vocab_size": 97, %s "hidden_size": 8, "intermediate_size": 8,
         "num_hidden_layers": 1, "num_attention_heads": 1, "max_position_embeddings": 8,
         "rms_norm_eps": 1e-5}
        """
            .formatted(key == null ? "" : key);
    DecoderConfig other = (DecoderConfig) Families.parse(json, "config.json");
    try (Tokenizer plain = WordTokenizers.plain(97)) {
      SpecialTokens special = SpecialTokens.read(folder, other.eosTokenIds(), plain);
      assertThat(special.eosId())
          .isEqualTo(eos == null ? OptionalInt.empty() : OptionalInt.of(eos));
      write("generation_config.json", "{\"eos_token_id\": 8}");
      special = SpecialTokens.read(folder, other.eosTokenIds(), plain);
      assertThat(special.eosId()).hasValue(eos == null ? 8 : eos);
      assertThat(special.endIds()).contains(8);
    }
  }

  private Tokenizer folderTokenizer(String settings) throws IOException {
    StringJoiner words = new StringJoiner(", ");
    for (int id = 0; id < 97; id++) {
      words.add("\"w" + id + "\": " + id);
    }
    write(
        "tokenizer.json",
        """
        {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"},
         "model": {"type": "WordLevel", "unk_token": "w0", "vocab": {%s}}}
        """
            .formatted(words));
    write("tokenizer_config.json", settings);
    return Tokenizer.ofFolder(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"eos_token_id\": \"</s>\"}",
        "{\"eos_token_id\": [1, -4]}",
        "{\"eos_token_id\": 1.5}",
        "[1]",
        "{\"eos_token_id\": "
      })
  void refusesOtherFiles(String json) throws IOException {
    write("generation_config.json", json);
    try (Tokenizer plain = WordTokenizers.plain(97)) {
      assertThatThrownBy(() -> SpecialTokens.read(folder, config.eosTokenIds(), plain))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("generation_config.json: ")
          .hasMessageContaining("expected");
    }
  }
}
