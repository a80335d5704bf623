package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamingDecoderTest {

  /** What each call returns, {@code finish} last. */
  private static List<String> pieces(Tokenizer tokenizer, boolean skipSpecialTokens, int... ids) {
    StreamingDecoder decoder = new StreamingDecoder(tokenizer, skipSpecialTokens);
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(decoder.add(id));
    }
    pieces.add(decoder.finish());
    return pieces;
  }

  private static int b(int value) {
    return 3 + value;
  }

  @Test
  void emitsWordsAsTheyCome() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece())) {
      assertThat(pieces(tokenizer, true, 2, 4, 5, 6, 7, 3))
          .containsExactly("", "play", "ing", " well", ".", "", "");
      assertThat(pieces(tokenizer, false, 2, 4, 9))
          .containsExactly("[CLS]", " play", " <user>", "");
    }
  }

  @Test
  void keepsTheSpacesBetweenPieces() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.byteFallback())) {
      assertThat(pieces(tokenizer, true, 1, 263, 263, 1, 259, 263, 2))
          .containsExactly("", "hi", " hi", "", " ", " hi", "", "");
    }
  }

  @Test
  void holdsBackIncompleteCharacters() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.byteFallback())) {
      assertThat(pieces(tokenizer, true, 263, b(0xF0), b(0x9F), b(0x98), b(0x80), 260))
          .containsExactly("hi", "", "", "", "", "\uD83D\uDE00h", "");
      assertThat(pieces(tokenizer, true, 263, b(0xF0), b(0x9F)))
          .containsExactly("hi", "", "", "\uFFFD\uFFFD");
      assertThat(pieces(tokenizer, true, b('a'))).containsExactly("", "a");
    }
  }

  /** A later byte can turn the whole run into replacement characters. */
  @Test
  void holdsBackRunsOfBytes() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.byteFallback())) {
      assertThat(pieces(tokenizer, true, b(0xC3), b(0xA9), 2, b(0xC3), 260))
          .containsExactly("", "", "", "", "\uFFFD\uFFFD\uFFFDh", "");
    }
  }

  @Test
  void isAtTheStartAgainWhenFinished() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.byteFallback())) {
      StreamingDecoder decoder = new StreamingDecoder(tokenizer, true);
      assertThat(decoder.add(263)).isEqualTo("hi");
      assertThat(decoder.finish()).isEmpty();
      assertThat(decoder.add(263)).isEqualTo("hi");
    }
  }

  @Test
  void ignoresUnknownIdsAndRefusesNegativeOnes() throws IOException {
    try (Tokenizer tokenizer = SmallTokenizers.read(SmallTokenizers.wordPiece())) {
      assertThat(pieces(tokenizer, true, 4, 1000, 5)).containsExactly("play", "", "ing", "");
      StreamingDecoder decoder = new StreamingDecoder(tokenizer, true);
      assertThatThrownBy(() -> decoder.add(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("id -1 is no token");
    }
  }

  @Test
  void joinedPiecesAreTheWholeText() throws IOException {
    for (String json : List.of(SmallTokenizers.wordPiece(), SmallTokenizers.byteFallback())) {
      try (Tokenizer tokenizer = SmallTokenizers.read(json)) {
        assertRandomSequencesAgree(tokenizer, 200);
      }
    }
  }

  /** Random ids make every kind of broken text. */
  static void assertRandomSequencesAgree(Tokenizer tokenizer, int sequences) {
    Random random = new Random(7);
    for (int n = 0; n < sequences; n++) {
      int[] ids = random.ints(1 + random.nextInt(60), 0, tokenizer.vocabSize() + 2).toArray();
      for (boolean skip : new boolean[] {true, false}) {
        assertThat(String.join("", pieces(tokenizer, skip, ids)))
            .isEqualTo(tokenizer.decode(ids, skip));
      }
    }
  }

  static void assertAgrees(Tokenizer tokenizer, int... ids) {
    assertThat(String.join("", pieces(tokenizer, true, ids)))
        .isEqualTo(tokenizer.decode(ids, true));
    assertThat(String.join("", pieces(tokenizer, false, ids)))
        .isEqualTo(tokenizer.decode(ids, false));
  }
}
