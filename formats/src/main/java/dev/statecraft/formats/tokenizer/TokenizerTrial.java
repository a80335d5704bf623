package dev.statecraft.formats.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a child process does with a tokenizer before this one touches it: loads it from the standard
 * input and gives it texts that are hard for its parts. That the child lives through it is all that
 * is asked; what the library refuses in an orderly way is told when it is loaded.
 */
final class TokenizerTrial {
  /** Long enough for expressions that try out all ways to split a text. */
  private static final int RUN = 3000;

  private static final int MOST_LETTERS = 100;

  private TokenizerTrial() {}

  /** Runs the trial. */
  public static void main(String[] arguments) throws IOException {
    byte[] json = System.in.readAllBytes();
    System.setProperty("ai.djl.offline", "true");
    try (HuggingFaceTokenizer tokenizer =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"))) {
      StringBuilder letters = new StringBuilder();
      gather(TokenizerJson.parse(json, "tokenizer.json").root(), letters);
      for (String text : texts(letters.toString())) {
        attempt(tokenizer, text);
      }
    } catch (RuntimeException e) {
      // An orderly refusal.
      System.exit(0);
    }
  }

  /** What the tokenizer's expressions are written with. */
  private static void gather(JsonNode node, StringBuilder letters) {
    for (JsonNode value : node) {
      gather(value, letters);
    }
    letters.append(node.path("Regex").asText());
  }

  private static void attempt(HuggingFaceTokenizer tokenizer, String text) {
    for (boolean special : new boolean[] {true, false}) {
      try {
        long[] ids = tokenizer.encode(text, special, false).getIds();
        String decoded = tokenizer.decode(ids, special);
        tokenizer.encode(text, decoded.length() > 9 ? "b" : "", special, false);
      } catch (RuntimeException e) {
        // Orderly as well.
      }
    }
  }

  /**
   * Hard texts.
   *
   * @param letters characters that the tokenizer's expressions name
   */
  private static Set<String> texts(String letters) {
    Set<String> texts = new LinkedHashSet<>();
    texts.add("");
    texts.add("a");
    texts.add("Hello World, it's 1234567 [CLS] <s> </s>\n\n  \t x\r\n");
    texts.add(
        "\u00e9 e\u0301 \u4e2d\u6587 \ud83d\ude00 \u200d \ufffd \u0000 \uffff \ufb01 \u3000"
            + " \u2581");
    for (String run : new String[] {"x", " ", "\n", "9", ".", "\u4e2d", "\u0301", "a b ", "_"}) {
      texts.add(run.repeat(RUN));
    }
    letters
        .codePoints()
        .distinct()
        .limit(MOST_LETTERS)
        .forEach(
            c -> {
              String letter = Character.toString(c);
              texts.add(letter.repeat(RUN));
              texts.add(letter.repeat(RUN) + "!");
            });
    return texts;
  }
}
