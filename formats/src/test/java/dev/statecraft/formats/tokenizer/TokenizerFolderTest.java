package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tokenizers with the settings beside them. {@code tokenizer/folders.json} holds small tokenizers,
 * folders made of them, and what transformers 5.18's {@code AutoTokenizer} makes of each.
 */
class TokenizerFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static JsonNode all() {
    try (InputStream in =
        TokenizerFolderTest.class.getResourceAsStream("/tokenizer/folders.json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Arguments> cases() {
    JsonNode all = all();
    return StreamSupport.stream(all.get("cases").spliterator(), false)
        .map(
            node ->
                Arguments.of(
                    node.get("name").textValue(),
                    node,
                    all.get("tokenizers").get(node.get("tokenizer").textValue())));
  }

  private void write(String name, Object value) throws IOException {
    Files.write(folder.resolve(name), JSON.writeValueAsBytes(value));
  }

  private Tokenizer open(JsonNode expected, JsonNode tokenizer) throws IOException {
    write("tokenizer.json", tokenizer);
    write("config.json", Map.of("model_type", expected.get("model").textValue()));
    for (Map.Entry<String, JsonNode> file : expected.get("files").properties()) {
      write(file.getKey() + ".json", file.getValue());
    }
    return Tokenizer.ofFolder(folder);
  }

  private static int[] ids(JsonNode list) {
    return JSON.convertValue(list, int[].class);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isTransformers(String name, JsonNode expected, JsonNode json) throws IOException {
    try (Tokenizer tokenizer = open(expected, json)) {
      for (int i = 0; i < expected.get("texts").size(); i++) {
        String text = expected.get("texts").get(i).textValue();
        int[] ids = ids(expected.get("ids").get(i));
        assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(ids);
        assertThat(tokenizer.encode(text, false))
            .as(text)
            .isEqualTo(ids(expected.get("plain").get(i)));
        assertThat(tokenizer.decode(ids, true))
            .isEqualTo(expected.get("decoded").get(i).textValue());
      }
      assertThat(tokenizer.encodePair("hi a", "he"))
          .isEqualTo(new EncodedPair(ids(expected.get("pair")), ids(expected.get("types"))));
      assertThat(tokenizer.specialTokens())
          .isEqualTo(JSON.convertValue(expected.get("named"), Map.class));
      assertThat(tokenizer.vocabSize()).isEqualTo(expected.get("size").intValue());
      JsonNode eos = expected.get("eos");
      assertThat(tokenizer.specialId("eos_token"))
          .isEqualTo(eos.isNull() ? OptionalInt.empty() : OptionalInt.of(eos.intValue()));
      assertThat(tokenizer.truncation().side())
          .isEqualTo(
              TruncationSide.valueOf(expected.get("side").textValue().toUpperCase(Locale.ROOT)));
    }
  }

  @Test
  void aLoneFileIsTakenAsItIs() throws IOException {
    write("tokenizer.json", all().get("tokenizers").get("wordpiece"));
    write("tokenizer_config.json", Map.of("do_lower_case", false));
    try (Tokenizer tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
      assertThat(tokenizer.encode("Hello", true)).containsExactly(5);
      assertThat(tokenizer.specialTokens()).isEmpty();
    }
  }

  @Test
  void idsOfAddedTokensAreThoseThatTheLibraryGives() throws IOException {
    // The file says 50; the next after the vocabulary's 26 is what encoding gives.
    JsonNode json = all().get("tokenizers").get("wordpiece").deepCopy();
    ((ArrayNode) json.get("added_tokens"))
        .addObject()
        .put("id", 50)
        .put("content", "<x>")
        .put("special", true)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false);
    write("tokenizer.json", json);
    try (Tokenizer tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
      assertThat(tokenizer.encode("<x>", false)).containsExactly(26);
      assertThat(tokenizer.idOf("<x>")).hasValue(26);
      assertThat(tokenizer.isSpecial(26)).isTrue();
      assertThat(tokenizer.vocabSize()).isEqualTo(27);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokenizer_config|{\"do_lower_case\": \"no\"}"
            + "|tokenizer_config.json: do_lower_case: expected true or false, found \"no\"",
        "tokenizer_config|{\"truncation_side\": \"middle\"}"
            + "|tokenizer_config.json: truncation_side: expected left or right, found",
        "tokenizer_config|{\"added_tokens_decoder\": {\"x\": {\"content\": \"a\"}}}"
            + "|tokenizer_config.json: added_tokens_decoder.x: expected an id from 0 to 16777215",
        "tokenizer_config|{\"added_tokens_decoder\": {\"7\": \"a\"}}"
            + "|tokenizer_config.json: added_tokens_decoder.7: expected a token with a content",
        "tokenizer_config|{\"eos_token\": 4}"
            + "|tokenizer_config.json: eos_token: expected a token with a content, found 4",
        "added_tokens|{\"a\": -1}|added_tokens.json: a: expected an id from 0 to 16777215",
        "special_tokens_map|[]|special_tokens_map.json: expected a JSON object",
        "tokenizer_config|{|tokenizer_config.json: expected well-formed JSON",
      })
  void refusesOtherSettings(String file, String json, String problem) throws IOException {
    write("tokenizer.json", all().get("tokenizers").get("wordpiece"));
    write("config.json", Map.of("model_type", "bert"));
    Files.writeString(folder.resolve(file + ".json"), json);
    assertThatThrownBy(() -> Tokenizer.ofFolder(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void settingsThatAreNotUtf8AreNamed() throws IOException {
    write("tokenizer.json", all().get("tokenizers").get("fallback"));
    Files.write(folder.resolve("tokenizer_config.json"), new byte[] {'{', (byte) 0xFF, '}'});
    assertThatThrownBy(() -> Tokenizer.ofFolder(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("tokenizer_config.json: expected text in UTF-8");
  }
}
