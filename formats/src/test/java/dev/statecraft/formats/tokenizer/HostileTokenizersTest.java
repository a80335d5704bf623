package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tokenizers with which the native library would end this process, or which refer to what is not
 * there. Each is one of {@code tokenizer/folders.json} with one value changed.
 */
class HostileTokenizersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** A tokenizer with the value at a JSON pointer replaced. */
  private static byte[] changed(String tokenizer, String pointer, String value) throws IOException {
    JsonNode root;
    try (InputStream in =
        HostileTokenizersTest.class.getResourceAsStream("/tokenizer/folders.json")) {
      root = JSON.readTree(in).get("tokenizers").get(tokenizer);
    }
    int end = pointer.lastIndexOf('/');
    JsonNode parent = root.at(pointer.substring(0, end));
    ((ObjectNode) parent).set(pointer.substring(end + 1), JSON.readTree(value));
    return JSON.writeValueAsBytes(root);
  }

  private static Tokenizer read(byte[] json) throws IOException {
    return Tokenizer.read(new ByteArrayInputStream(json), "t.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "wordpiece|/model/unk_token|\"[NO]\""
            + "|model.unk_token: expected a token of the vocabulary, found '[NO]'",
        "fallback|/model/unk_token|\"[NO]\"|model.unk_token: expected a token of the vocabulary",
        "fallback|/model|{\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}}"
            + "|model.unk_token: expected a token of the vocabulary, found '<unk>'",
        "fallback|/model|{\"type\": \"Unigram\", \"unk_id\": 2, \"vocab\": [[\"a\", -1], [\"b\","
            + " -1]]}|model.unk_id: expected an id below 2, found 2",
        "fallback|/model/merges|[\"h q\"]"
            + "|model.merges 0: expected tokens of the vocabulary, found 'q'",
        "fallback|/model/merges|[\"h i\"]"
            + "|model.merges 0: expected tokens of the vocabulary, found 'hi'",
        "fallback|/model/merges|[[\"h\", \"i\", \"a\"]]|model.merges 0: expected two tokens, found"
            + " 3",
        "fallback|/model/continuing_subword_prefix|\"####\""
            + "|model.merges 0: expected a second token that begins with '####'",
        "fallback-bos|/post_processor/special_tokens|{}"
            + "|post_processor.single: expected a token of post_processor.special_tokens",
        "fallback-bos|/post_processor/special_tokens/<s>/ids|[999]"
            + "|post_processor.special_tokens.<s>: expected the id of a token, found 999",
        "fallback-bos|/post_processor/special_tokens/<s>/ids|[4294967295]"
            + "|post_processor.special_tokens.<s>: expected the id of a token",
        "fallback-bos|/post_processor/single|[{\"Sequence\": {\"id\": \"B\", \"type_id\": 0}}]"
            + "|post_processor.single: expected no second text",
        "fallback-bos|/post_processor/single"
            + "|[{\"Sequence\": {\"id\": \"A\", \"type_id\": 4294967295}}]"
            + "|post_processor.single.0.Sequence.type_id: expected a number up to",
        "wordpiece-framed|/post_processor/sep|[\"[SEP]\", 77]"
            + "|post_processor.sep: expected the id of a token, found 77",
        "wordpiece-framed|/post_processor/cls|[\"[NO]\", 2]"
            + "|post_processor.cls: expected a token that exists, found \"[NO]\"",
        "fallback|/pre_tokenizer|{\"type\": \"FixedLength\", \"length\": 0}"
            + "|pre_tokenizer.length: expected 1 or more, found 0",
        "fallback|/decoder|{\"type\": \"Strip\", \"content\": \"a\", \"start\": 1e300, \"stop\": 0}"
            + "|decoder.start: expected a number up to",
        "fallback|/normalizer|{\"type\": \"Prepend\", \"prepend\": \"\"}"
            + "|normalizer.prepend: expected text, found",
        "fallback|/decoder|{\"type\": \"Strip\", \"content\": \"a\", \"start\": 0, \"stop\": 1}"
            + "|decoder.stop: expected 0, found 1",
        "fallback|/normalizer|{\"type\": \"Prepend\", \"prepend\": \"a\\ud83d\"}"
            + "|normalizer.prepend: expected text, found half a surrogate pair",
        "fallback|/model/vocab/x|-1|model.vocab 'x': expected an id from 0 to 16777215, found -1",
        // Found by the library, in a process of its own or in order.
        "fallback|/normalizer|{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAAAA==\"}"
            + "|expected a tokenizer.json that the tokenizer library can use, found that it breaks",
        "fallback|/normalizer|{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"###\"}"
            + "|expected a tokenizer.json that the tokenizer library can use, found that it breaks",
        "fallback|/normalizer"
            + "|{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(q+q+)+z\"}, \"content\": \"\"}"
            + "|expected a tokenizer.json that the tokenizer library can use, found that it breaks",
        "fallback|/normalizer"
            + "|{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"([\"}, \"content\": \"\"}"
            + "|expected a tokenizer.json, found: ",
      })
  void areRefusedInOneLine(String tokenizer, String pointer, String value, String problem)
      throws IOException {
    byte[] json = changed(tokenizer, pointer, value);
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("t.json: " + problem)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void halfASurrogatePairIsNoToken() throws IOException {
    String json = SmallTokenizers.wordPiece().replace("\"well\": 6", "\"w\\ud800\": 6");
    assertThatThrownBy(() -> SmallTokenizers.read(json))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("t.json: model.vocab: expected text, found half a surrogate pair");
  }

  @Test
  void depthAndDigitsAreBounded() {
    String deep =
        "{\"model\": {\"vocab\": {\"a\": 0}}, \"x\": " + "[".repeat(500) + "]".repeat(500);
    assertThatThrownBy(() -> SmallTokenizers.read(deep + "}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "t.json: expected JSON of at most 64 levels, with numbers of at most 100 digits");
  }

  @Test
  void whatTruncationAndPaddingSayDoesNotMatter() throws IOException {
    byte[] json =
        changed(
            "wordpiece",
            "/padding",
            "{\"strategy\": {\"Fixed\": 9000000000000000000}, \"direction\": \"Right\","
                + " \"pad_to_multiple_of\": 0, \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\":"
                + " \"x\"}");
    try (Tokenizer tokenizer = read(json)) {
      assertThat(tokenizer.encode("hello", true)).containsExactly(5);
    }
  }

  @Test
  void aTextThatCannotBeEncodedIsAnErrorOfTheTokenizer() throws IOException {
    byte[] json =
        changed(
            "fallback",
            "/model",
            "{\"type\": \"Unigram\", \"unk_id\": null, \"vocab\": [[\"\u2581\", -1.0], [\"a\","
                + " -2.0]]}");
    try (Tokenizer tokenizer = read(json)) {
      assertThat(tokenizer.encode("a", false)).containsExactly(0, 1);
      assertThatThrownBy(() -> tokenizer.encode("q", false))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(
              "t.json: expected a tokenizer for any text, found one that cannot");
    }
  }

  @Test
  void whatPassedItsTrialIsNotTriedAgain() throws IOException {
    TrialRun trials = new TrialRun(folder.resolve("passed"), Duration.ofSeconds(60));
    byte[] good =
        changed(
            "fallback",
            "/pre_tokenizer",
            "{\"type\": \"Split\", \"pattern\": {\"Regex\": \" ?\\\\p{L}+|\\\\s+(?!\\\\S)\"},"
                + " \"behavior\": \"Isolated\", \"invert\": false}");
    assertThat(PlainTokenizers.isPlain(TokenizerJson.parse(good, "t.json"))).isFalse();
    trials.require(good, "t.json");
    try (Stream<Path> passed = Files.list(folder.resolve("passed"))) {
      assertThat(passed).hasSize(1);
    }
    // With no time at all only what is remembered passes.
    new TrialRun(folder.resolve("passed"), Duration.ZERO).require(good, "t.json");
    assertThatThrownBy(
            () -> new TrialRun(folder.resolve("others"), Duration.ZERO).require(good, "t.json"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("takes more than 0 s");
    byte[] bad =
        changed(
            "fallback",
            "/normalizer",
            "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAAAA==\"}");
    assertThatThrownBy(() -> trials.require(bad, "t.json"))
        .hasMessageContaining("breaks down on it");
    try (Stream<Path> passed = Files.list(folder.resolve("passed"))) {
      assertThat(passed).hasSize(1);
    }
  }

  @Test
  void tokenizersOfKnownPartsNeedNoTrial() throws IOException {
    for (String name :
        new String[] {"wordpiece", "wordpiece-framed", "fallback", "fallback-bos", "bytelevel"}) {
      assertThat(
              PlainTokenizers.isPlain(
                  TokenizerJson.parse(changed(name, "/version", "\"1.0\""), "t.json")))
          .as(name)
          .isTrue();
    }
  }
}
