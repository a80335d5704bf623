package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.formats.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionTextTest {
  /** LLaMA's kind: a space begins a word, but for the first; unknown characters are bytes. */
  private static final String BYTES =
      """
      {"version": "1.0",
       "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false,
                         "rstrip": false, "normalized": false, "special": true}],
       "decoder": {"type": "Sequence", "decoders": [
         {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
         {"type": "ByteFallback"}, {"type": "Fuse"},
         {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
       "model": {"type": "BPE", "byte_fallback": true, "merges": [],
         "vocab": {"<s>": 0, "<0xC3>": 1, "<0xA9>": 2, "h": 3, "\u2581h": 4}}}""";

  private static final int BOS = 0;
  private static final int C3 = 1;
  private static final int A9 = 2;
  private static final int H = 3;
  private static final int SPACE_H = 4;

  private static int[] ids(int... ids) {
    return ids;
  }

  /** The pieces, one for each new token and one for the end. */
  private static List<String> pieces(int[] prompt, int... fresh) throws IOException {
    try (Tokenizer tokenizer =
        Tokenizer.read(new ByteArrayInputStream(BYTES.getBytes(StandardCharsets.UTF_8)), "t")) {
      List<String> pieces = new ArrayList<>();
      CompletionText text = new CompletionText(tokenizer, prompt, pieces::add);
      for (int id : fresh) {
        text.add(id);
      }
      assertThat(text.finish()).isEqualTo(String.join("", pieces));
      return pieces;
    }
  }

  @Test
  void newTokensAreSpelledAsAfterThePrompt() throws IOException {
    assertThat(pieces(ids(BOS, SPACE_H), SPACE_H, H)).containsExactly(" h", "h");
    assertThat(pieces(ids(BOS), SPACE_H, SPACE_H)).containsExactly("h", " h");
  }

  @Test
  void aCharacterComesOutWhole() throws IOException {
    assertThat(pieces(ids(SPACE_H), C3, A9, H)).containsExactly("\u00e9h");
    assertThat(pieces(ids(SPACE_H), H, C3, A9)).containsExactly("h", "\u00e9");
    assertThat(pieces(ids(SPACE_H), H, C3)).containsExactly("h", "\uFFFD");
  }

  @Test
  void whatThePromptHeldBackIsNotHandedOut() throws IOException {
    assertThat(pieces(ids(SPACE_H, C3, A9), H)).containsExactly("h");
    assertThat(pieces(ids(SPACE_H, C3, A9), C3, A9)).containsExactly("\u00e9");
    assertThat(pieces(ids(SPACE_H, C3, A9))).isEmpty();
  }

  @Test
  void aCharacterThatThePromptBeganIsHandedOut() throws IOException {
    assertThat(pieces(ids(SPACE_H, C3), A9, H)).containsExactly("\u00e9h");
  }
}
