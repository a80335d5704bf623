package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
  @TempDir Path folder;

  @Test
  void encodesAndDecodesWithoutTruncationOrPadding() throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), SmallTokenizers.wordPiece());
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      assertThat(tokenizer.encode("A", true)).containsExactly(2, 8, 3);
      assertThat(tokenizer.encode("playing well a.", false)).containsExactly(4, 5, 6, 8, 7);
      assertThat(tokenizer.encode("playing well a.", true)).containsExactly(2, 4, 5, 6, 8, 7, 3);
      assertThat(tokenizer.encode("", false)).isEmpty();
      int[] ids = {2, 4, 5, 6, 8, 7, 3};
      assertThat(tokenizer.decode(ids, true)).isEqualTo("playing well a.");
      assertThat(tokenizer.decode(ids, false)).isEqualTo("[CLS] playing well a. [SEP]");
    }
  }

  @Test
  void encodesPairs() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece())) {
      EncodedPair pair = tokenizer.encodePair("playing", "well a");
      assertThat(pair)
          .isEqualTo(
              new EncodedPair(new int[] {2, 4, 5, 3, 6, 8, 3}, new int[] {0, 0, 0, 0, 1, 1, 1}))
          .hasSameHashCodeAs(tokenizer.encodePair("playing", "well a"))
          .isNotEqualTo(tokenizer.encodePair("playing well", "a"))
          .hasToString("ids [2, 4, 5, 3, 6, 8, 3], type ids [0, 0, 0, 0, 1, 1, 1]");
      pair.ids()[0] = 9;
      pair.typeIds()[0] = 9;
      assertThat(pair.ids()[0]).isEqualTo(2);
      assertThat(pair.typeIds()[0]).isZero();
    }
    assertThatThrownBy(() -> new EncodedPair(new int[1], new int[2]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsItsTokens() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece())) {
      assertThat(tokenizer.idOf("[SEP]")).hasValue(3);
      assertThat(tokenizer.idOf("##ing")).hasValue(5);
      assertThat(tokenizer.idOf("<user>")).hasValue(9);
      assertThat(tokenizer.idOf("<s>")).isEmpty();
      assertThat(tokenizer.vocabSize()).isEqualTo(10);
      assertThat(tokenizer.isSpecial(3)).isTrue();
      assertThat(tokenizer.isSpecial(9)).isFalse();
      assertThat(tokenizer.isSpecial(4)).isFalse();
      assertThat(tokenizer.isSpecial(-1)).isFalse();
    }
  }

  @Test
  void characterWithoutATokenIsItsBytes() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.byteFallback())) {
      assertThat(tokenizer.encode("hi\u00e9", false)).containsExactly(263, 3 + 0xC3, 3 + 0xA9);
      assertThat(tokenizer.decode(new int[] {1, 263, 3 + 0xC3, 3 + 0xA9, 2}, true))
          .isEqualTo("hi\u00e9");
      assertThat(tokenizer.encode("\0", false)).containsExactly(259, 3);
      assertThat(tokenizer.decode(new int[] {3}, true)).isEqualTo("\0");
      String face = "\uD83D\uDE00";
      assertThat(tokenizer.encode(face, false))
          .containsExactly(259, 3 + 0xF0, 3 + 0x9F, 3 + 0x98, 3 + 0x80);
      assertThat(tokenizer.decode(tokenizer.encode(face, false), true)).isEqualTo(face);
    }
  }

  @Test
  void halfASurrogatePairIsOneReplacementCharacter() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.byteFallback())) {
      int[] expected = tokenizer.encode("h\uFFFDi", false);
      assertThat(tokenizer.encode("h\uD83Di", false)).isEqualTo(expected);
      assertThat(tokenizer.encode("h\uDE00i", false)).isEqualTo(expected);
      assertThat(tokenizer.encodePair("h\uDE00i", "h").ids()).startsWith(expected[0], expected[1]);
    }
  }

  @Test
  void unknownIdsGiveNoTextAndNegativeOnesAreRefused() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece())) {
      assertThat(tokenizer.decode(new int[] {4, 1000, 5}, true)).isEqualTo("playing");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {4, -100}, true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("id -100 at 1 is no token");
    }
  }

  @Test
  void closesOnceAndForAll() throws IOException {
    Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece());
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a", true)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tokenizer.decode(new int[] {4}, true))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsTheLibraryOffTheNetwork() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece())) {
      assertThat(tokenizer.vocabSize()).isPositive();
      assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense|expected well-formed JSON, found: ",
        "{\"model\"|expected well-formed JSON, found: ",
        "[]|expected a JSON object of a tokenizer",
        "{}|expected a tokenizer with a model.vocab, found none",
        "{\"model\": {\"type\": \"BPE\"}}|expected a tokenizer with a model.vocab, found none",
        "{\"model\": {\"vocab\": {\"a\": -1}}}"
            + "|model.vocab 'a': expected an id from 0 to 16777215, found -1",
        "{\"model\": {\"vocab\": {\"a\": 1.5}}}"
            + "|model.vocab 'a': expected an id from 0 to 16777215, found 1.5",
        "{\"model\": {\"vocab\": {\"a\": 99999999999999999999}}}"
            + "|model.vocab 'a': expected an id from 0 to 16777215, found 99999999999999999999",
        "{\"model\": {\"vocab\": {\"a\": 16777216}}}"
            + "|model.vocab 'a': expected an id from 0 to 16777215, found 16777216",
        "{\"added_tokens\": [{\"content\": \"x\"}]}"
            + "|added_tokens: expected entries with an id and a content, found one without",
        "{\"model\": {\"vocab\": [[1, 2]]}}|model.vocab: expected [token, score], found 1",
        "{\"model\": {\"type\": \"Other\", \"vocab\": {\"a\": 0}}}"
            + "|expected a tokenizer.json, found: ",
      })
  void refusesWhatIsNoTokenizer(String json, String problem) {
    assertThatThrownBy(() -> SmallTokenizers.read(json))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("t.json: " + problem);
  }

  @Test
  void refusesAMissingFile() {
    assertThatThrownBy(() -> Tokenizer.open(folder.resolve("tokenizer.json")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("tokenizer.json: expected a tokenizer.json, found none");
  }

  @Test
  void readsTheVocabularyOfAUnigramModel() throws IOException {
    String json =
        """
        {"version": "1.0", "added_tokens": [],
         "model": {"type": "Unigram", "unk_id": 0,
                   "vocab": [["<unk>", 0.0], ["a", -1.0], ["b", -2.0]]}}""";
    try (Tokenizer tokenizer = SmallTokenizers.read(json)) {
      assertThat(tokenizer.idOf("b")).hasValue(2);
      assertThat(tokenizer.vocabSize()).isEqualTo(3);
      assertThat(tokenizer.encode("ba", false)).containsExactly(2, 1);
    }
  }
}
