package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Tells tokenizers whose parts the native library is known to handle, whatever the text, from those
 * that are tried first: these have regular expressions, tables of characters or other parts with
 * which it can end the process.
 */
final class PlainTokenizers {
  private static final Set<String> MODELS = Set.of("WordPiece", "WordLevel", "BPE");

  private static final Set<String> PARTS =
      Set.of(
          "Sequence",
          // normalizers
          "BertNormalizer",
          "Lowercase",
          "NFC",
          "NFD",
          "NFKC",
          "NFKD",
          "StripAccents",
          "Prepend",
          "Replace",
          // pre-tokenizers
          "BertPreTokenizer",
          "ByteLevel",
          "Whitespace",
          "WhitespaceSplit",
          "Metaspace",
          "Digits",
          "Punctuation",
          // post-processors
          "BertProcessing",
          "RobertaProcessing",
          "TemplateProcessing",
          // decoders
          "WordPiece",
          "ByteFallback",
          "Fuse",
          "Strip");

  private PlainTokenizers() {}

  /** Whether a tokenizer, which was checked, has none but harmless parts. */
  static boolean isPlain(TokenizerJson json) {
    JsonNode model = json.model();
    return MODELS.contains(model.path("type").asText())
        && model.path("continuing_subword_prefix").asText("").matches("(##)?")
        && model.path("max_input_chars_per_word").asLong(100) <= 1000
        && (model.path("dropout").isMissingNode() || model.path("dropout").isNull())
        && json.addedTokens().size() <= 10_000
        && isPlain(json.root().path("normalizer"))
        && isPlain(json.root().path("pre_tokenizer"))
        && isPlain(json.root().path("post_processor"))
        && isPlain(json.root().path("decoder"));
  }

  private static boolean isPlain(JsonNode part) {
    if (part.isMissingNode() || part.isNull()) {
      return true;
    }
    if (!PARTS.contains(part.path("type").asText()) || hasRegex(part)) {
      return false;
    }
    for (String parts : new String[] {"normalizers", "pretokenizers", "processors", "decoders"}) {
      for (JsonNode inner : part.path(parts)) {
        if (!isPlain(inner)) {
          return false;
        }
      }
    }
    return part.path("start").asLong(0) <= 64;
  }

  private static boolean hasRegex(JsonNode part) {
    JsonNode pattern = part.path("pattern");
    return !pattern.isMissingNode() && pattern.path("String").asText().isEmpty();
  }
}
