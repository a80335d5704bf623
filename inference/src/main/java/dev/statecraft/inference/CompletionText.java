package dev.statecraft.inference;

import dev.statecraft.formats.tokenizer.StreamingDecoder;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.util.function.Consumer;

/**
 * Hands out the text of new tokens as soon as it is certain. The prompt goes through the same
 * decoder, since it decides how the first new token is spelled, but its own text is left out.
 */
final class CompletionText {
  private static final char REPLACEMENT = '\uFFFD';

  private final StreamingDecoder decoder;
  private final Consumer<String> piece;
  private final StringBuilder text = new StringBuilder();

  /** Characters of the prompt that the decoder still holds back. */
  private int held;

  CompletionText(Tokenizer tokenizer, int[] prompt, Consumer<String> piece) {
    this.piece = piece;
    decoder = new StreamingDecoder(tokenizer, true);
    held = wholeCharacters(tokenizer.decode(prompt, true));
    for (int id : prompt) {
      held -= decoder.add(id).length();
    }
  }

  /** Length without a last character that the new tokens may complete. */
  private static int wholeCharacters(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == REPLACEMENT) {
      end--;
    }
    return end;
  }

  void add(int id) {
    handOut(decoder.add(id));
  }

  /** Hands out what was held back; all of the completion. */
  String finish() {
    handOut(decoder.finish());
    return text.toString();
  }

  private void handOut(String fresh) {
    int skipped = Math.min(held, fresh.length());
    held -= skipped;
    if (skipped < fresh.length()) {
      text.append(fresh, skipped, fresh.length());
      piece.accept(fresh.substring(skipped));
    }
  }
}
