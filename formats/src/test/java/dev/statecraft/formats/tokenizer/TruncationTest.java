package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts and pairs that are too long, against what transformers 5.18 makes of them. */
class TruncationTest {
  /** Tokens of the first and the second text and the most of all: what is kept of each. */
  private static final String KEPT =
      """
      4 4 4: 0 1; 4 4 5: 1 1; 4 4 6: 1 2; 4 4 7: 2 2; 4 4 8: 2 3; 4 4 9: 3 3; 4 4 12: 4 4
      5 4 4: 1 0; 5 4 5: 1 1; 5 4 6: 2 1; 5 4 7: 2 2; 5 4 8: 3 2; 5 4 9: 3 3; 5 4 12: 5 4
      4 5 4: 0 1; 4 5 5: 1 1; 4 5 6: 1 2; 4 5 7: 2 2; 4 5 8: 2 3; 4 5 9: 3 3; 4 5 12: 4 5
      9 2 4: 1 0; 9 2 5: 1 1; 9 2 6: 2 1; 9 2 7: 2 2; 9 2 8: 3 2; 9 2 9: 4 2; 9 2 12: 7 2
      2 9 4: 0 1; 2 9 5: 1 1; 2 9 6: 1 2; 2 9 7: 2 2; 2 9 8: 2 3; 2 9 9: 2 4; 2 9 12: 2 7
      1 9 4: 0 1; 1 9 5: 1 1; 1 9 6: 1 2; 1 9 7: 1 3; 1 9 8: 1 4; 1 9 9: 1 5; 1 9 12: 1 8
      9 1 4: 1 0; 9 1 5: 1 1; 9 1 6: 2 1; 9 1 7: 3 1; 9 1 8: 4 1; 9 1 9: 5 1; 9 1 12: 8 1
      10 10 4: 0 1; 10 10 5: 1 1; 10 10 6: 1 2; 10 10 8: 2 3; 10 10 12: 4 5; 10 10 13: 5 5
      7 3 4: 1 0; 7 3 5: 1 1; 7 3 6: 2 1; 7 3 7: 2 2; 7 3 8: 3 2; 7 3 9: 3 3; 7 3 12: 6 3
      """;

  private static final String CONFIG = "tokenizer_config.json";

  @TempDir private Path folder;

  @Test
  void theLongerTextOfPairGivesTokens() throws IOException {
    try (Tokenizer tokenizer = tokenizer("null", "")) {
      for (String row : KEPT.strip().split("[;\n]", -1)) {
        int[] n =
            Arrays.stream(row.strip().split("[: ]+", -1)).mapToInt(Integer::parseInt).toArray();
        FittedTokens fitted = tokenizer.encode(first(n[0]), Optional.of(second(n[1])), n[2]);
        assertThat(fitted.tokens().ids())
            .as(row)
            .isEqualTo(framed(ids(10, 0, n[3]), ids(40, 0, n[4])));
        assertThat(fitted.wholeLength()).isEqualTo(n[0] + n[1] + 3);
      }
    }
  }

  @Test
  void theFirstTokensGoOnTheLeft() throws IOException {
    try (Tokenizer tokenizer = tokenizer("null", "{\"truncation_side\": \"left\"}")) {
      assertThat(tokenizer.encode(first(9), Optional.of(second(2)), 8).tokens().ids())
          .isEqualTo(framed(ids(10, 6, 3), ids(40, 0, 2)));
      assertThat(tokenizer.encode(first(9), Optional.empty(), 5).tokens().ids())
          .containsExactly(1, 16, 17, 18, 2);
    }
  }

  @Test
  void typesAndSpecialTokensStay() throws IOException {
    try (Tokenizer tokenizer = tokenizer("null", "")) {
      EncodedPair pair = tokenizer.encode(first(6), Optional.of(second(6)), 9).tokens();
      assertThat(pair.typeIds()).containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1);
      // One that is spelled out in a text is cut as its other tokens are.
      assertThat(tokenizer.encode("w10 [SEP] w11 [SEP] w12", Optional.empty(), 5).tokens().ids())
          .containsExactly(1, 10, 2, 11, 2);
      assertThat(tokenizer.encode(first(3), Optional.empty(), 5).wholeLength()).isEqualTo(5);
    }
  }

  @Test
  void tokenizerJsonNamesTheSideAlone() throws IOException {
    // transformers' truncation=True is longest_first, whatever strategy the file was saved with.
    for (String strategy : new String[] {"OnlyFirst", "OnlySecond", "LongestFirst"}) {
      String saved =
          "{\"strategy\": \"%s\", \"direction\": \"Left\", \"max_length\": 4, \"stride\": 0}"
              .formatted(strategy);
      try (Tokenizer tokenizer = tokenizer(saved, "")) {
        assertThat(tokenizer.encode(first(5), Optional.of(second(5)), 10).tokens().ids())
            .as(strategy)
            .isEqualTo(framed(ids(10, 2, 3), ids(40, 1, 4)));
      }
      // tokenizer_config.json has the last word about the side.
      try (Tokenizer tokenizer = tokenizer(saved, "{\"truncation_side\": \"right\"}")) {
        assertThat(tokenizer.encode(first(9), Optional.of(second(2)), 8).tokens().ids())
            .as(strategy)
            .isEqualTo(framed(ids(10, 0, 3), ids(40, 0, 2)));
      }
    }
  }

  @Test
  void roomForSpecialTokensIsNeeded() throws IOException {
    try (Tokenizer tokenizer = tokenizer("null", "")) {
      assertThatThrownBy(() -> tokenizer.encode(first(5), Optional.of(second(5)), 3))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("max_length: expected more than the 3 special tokens around a pair, found 3");
    }
  }

  @Test
  void otherSidesAreRefused() {
    assertThatThrownBy(() -> tokenizer("null", "{\"truncation_side\": \"middle\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(CONFIG + ": truncation_side: expected left or right, found 'middle'");
    assertThatThrownBy(() -> tokenizer("{\"direction\": \"Up\"}", ""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("truncation.direction: expected");
  }

  private static String first(int tokens) {
    return words(10, tokens);
  }

  private static String second(int tokens) {
    return words(40, tokens);
  }

  private static String words(int from, int count) {
    StringJoiner words = new StringJoiner(" ");
    IntStream.range(from, from + count).forEach(id -> words.add("w" + id));
    return words.toString();
  }

  private static int[] ids(int from, int left, int count) {
    return IntStream.range(from + left, from + left + count).toArray();
  }

  private static int[] framed(int[] first, int[] second) {
    return IntStream.concat(
            IntStream.concat(
                IntStream.concat(IntStream.of(1), Arrays.stream(first)), IntStream.of(2)),
            IntStream.concat(Arrays.stream(second), IntStream.of(2)))
        .toArray();
  }

  private Tokenizer tokenizer(String truncation, String config) throws IOException {
    StringJoiner words = new StringJoiner(", ");
    IntStream.range(3, 60).forEach(id -> words.add("\"w" + id + "\": " + id));
    Path file = folder.resolve("tokenizer.json");
    Files.deleteIfExists(folder.resolve(CONFIG));
    if (!config.isEmpty()) {
      Files.writeString(folder.resolve(CONFIG), config);
    }
    Files.writeString(
        file,
        """
        {"version": "1.0", "truncation": %s,
         "added_tokens": [{"id": 2, "content": "[SEP]", "single_word": false, "lstrip": false,
                           "rstrip": false, "normalized": false, "special": true}],
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                      {"Sequence": {"id": "A", "type_id": 0}},
                      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                              "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
         "model": {"type": "WordLevel", "unk_token": "[UNK]",
                   "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, %s}}}
        """
            .formatted(truncation, words));
    return Tokenizer.open(file);
  }
}
