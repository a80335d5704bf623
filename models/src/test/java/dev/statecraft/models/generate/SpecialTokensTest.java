package dev.statecraft.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialTokensTest {
  private final LlamaConfig config = TinyLlama.config("llama-tiny");

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
      assertThat(config.bosTokenId()).hasValue(1);
      assertThat(SpecialTokens.of(config, plain).bosId()).isEmpty();
      assertThat(SpecialTokens.of(config, bos).bosId()).hasValue(1);
      assertThat(SpecialTokens.of(config, both).bosId()).hasValue(1);
      assertThat(SpecialTokens.of(config, eos).bosId()).isEmpty();
      assertThat(SpecialTokens.of(config, bos).endIds()).containsExactly(2);
    }
  }

  @Test
  void filesOfTheFolderAddToTheConfiguration() throws IOException {
    try (Tokenizer plain = WordTokenizers.plain(97)) {
      assertThat(SpecialTokens.read(folder, config, plain))
          .isEqualTo(SpecialTokens.of(config, plain));
      write("generation_config.json", "{\"eos_token_id\": [5, 2, 7]}");
      write("tokenizer_config.json", "{\"add_bos_token\": true}");
      SpecialTokens read = SpecialTokens.read(folder, config, plain);
      assertThat(read.endIds()).containsExactlyInAnyOrder(2, 5, 7);
      assertThat(read.bosId()).hasValue(1);
      write("generation_config.json", "{\"eos_token_id\": 9}");
      write("tokenizer_config.json", "{\"add_bos_token\": false}");
      read = SpecialTokens.read(folder, config, plain);
      assertThat(read.endIds()).containsExactlyInAnyOrder(2, 9);
      assertThat(read.bosId()).isEmpty();
      write("generation_config.json", "{\"eos_token_id\": null, \"do_sample\": true}");
      assertThat(SpecialTokens.read(folder, config, plain).endIds()).containsExactly(2);
    }
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
      assertThatThrownBy(() -> SpecialTokens.read(folder, config, plain))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("generation_config.json: ")
          .hasMessageContaining("expected");
    }
  }
}
