package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.pretrained.TextEncoder;
import dev.statecraft.studio.recipe.Suggestion;
import java.util.List;
import java.util.Optional;

/**
 * Makes of texts what a model reads to give them vectors; on any thread.
 *
 * @param prompt what each text begins with
 * @param promptTokens tokens of the prompt that are not pooled
 * @param lowerCase whether texts are made lower case first
 */
record PromptedTexts(TextEncoder encoder, String prompt, int promptTokens, boolean lowerCase) {
  /** As sentence-transformers has it: without the token that ends a text, if there is one. */
  static PromptedTexts of(
      SentenceModules modules, Optional<EmbedOptions.Prompt> asked, TextEncoder encoder) {
    String prompt =
        asked.map(wanted -> text(wanted, modules.texts())).orElseGet(() -> usual(modules.texts()));
    PromptedTexts texts = new PromptedTexts(encoder, "", 0, modules.texts().lowerCase());
    int tokens = 0;
    if (!modules.includePrompt() && !prompt.isEmpty()) {
      List<Integer> ids = texts.encoded(prompt, "prompt").text().ids();
      boolean ends = encoder.tokenizer().isSpecial(ids.get(ids.size() - 1));
      tokens = ends ? ids.size() - 1 : ids.size();
    }
    return new PromptedTexts(encoder, prompt, tokens, texts.lowerCase);
  }

  private static String usual(SentenceModules.Texts texts) {
    return texts.defaultPrompt().map(texts.prompts()::get).orElse("");
  }

  private static String text(EmbedOptions.Prompt asked, SentenceModules.Texts texts) {
    if (asked instanceof EmbedOptions.TextPrompt given) {
      return given.text();
    }
    String name = ((EmbedOptions.NamedPrompt) asked).name();
    String prompt = texts.prompts().get(name);
    if (texts.prompts().isEmpty()) {
      throw new UsageException(
          "--prompt: expected a model that names prompts, found none; --prompt-text takes any"
              + " text");
    }
    if (prompt == null) {
      throw new UsageException(
          "--prompt: expected one of "
              + texts.prompts().keySet()
              + ", which the model names, found '"
              + name
              + "'"
              + Suggestion.of(name, texts.prompts().keySet()));
    }
    return prompt;
  }

  /** A text after the prompt. */
  TextEncoder.Encoded encode(TextInput text) {
    if (text.pair().isPresent()) {
      throw new IllegalArgumentException("expected a text to embed, found a pair");
    }
    TextEncoder.Encoded encoded = encoded(prompt + text.text(), text.source());
    if (encoded.text().length() <= promptTokens) {
      throw new InvalidInputException(
          text.source()
              + ": expected a text of 1 token or more"
              + (promptTokens == 0 ? "" : " after the prompt")
              + ", found none");
    }
    return encoded;
  }

  private TextEncoder.Encoded encoded(String text, String where) {
    return encoder.encode(lowerCase ? lowerCased(text) : text, Optional.empty(), where);
  }

  /** A character at a time, as the tokenizers' normalizer does it: no sigma is a final one. */
  private static String lowerCased(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point == '\u0130') {
                lower.append("i\u0307");
              } else {
                lower.appendCodePoint(Character.toLowerCase(point));
              }
            });
    return lower.toString();
  }
}
