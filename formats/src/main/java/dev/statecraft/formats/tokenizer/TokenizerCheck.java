package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Looks through a tokenizer before the native library sees it, which ends the whole process where
 * it meets what it did not expect: every token that is referred to exists, and numbers are bounded.
 */
final class TokenizerCheck {
  /** Characters of a regular expression; those of known tokenizers have a few hundred. */
  private static final int LONGEST_REGEX = 10_000;

  /** Far above any length, stride or count of a tokenizer. */
  private static final long LARGEST = 1 << 30;

  private final TokenizerJson json;
  private final Vocabulary vocabulary;
  private final String source;

  private TokenizerCheck(TokenizerJson json, Vocabulary vocabulary, String source) {
    this.json = json;
    this.vocabulary = vocabulary;
    this.source = source;
  }

  /**
   * Checks a tokenizer.
   *
   * @param source what error messages call it
   * @throws InvalidInputException if something is wrong with it; the message names it
   */
  static void check(TokenizerJson json, Vocabulary vocabulary, String source) {
    TokenizerCheck check = new TokenizerCheck(json, vocabulary, source);
    check.values(json.root(), "");
    check.values(json.model(), "model.");
    check.unknown();
    check.merges();
    check.postProcessor(json.root().path("post_processor"));
  }

  private InvalidInputException invalid(String where, String expected, String found) {
    return new InvalidInputException(
        source + ": " + where + ": expected " + expected + ", found " + found);
  }

  /** Texts, numbers and patterns, wherever they are. */
  private void values(JsonNode node, String where) {
    if (node.isTextual() && !wellFormed(node.textValue())) {
      throw invalid(trimmed(where), "text", "half a surrogate pair");
    }
    if (node.isNumber() && !(Math.abs(node.doubleValue()) <= Long.MAX_VALUE)) {
      throw invalid(trimmed(where), "a number within bounds", AddedToken.shown(node));
    }
    for (var entry : node.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      if (!wellFormed(key)) {
        throw invalid(trimmed(where), "text", "half a surrogate pair");
      }
      if (value.isNumber()
          && !(value.doubleValue() >= -LARGEST && value.doubleValue() <= LARGEST)) {
        throw invalid(where + key, "a number up to " + LARGEST, AddedToken.shown(value));
      }
      if (key.equals("Regex") && value.asText().length() > LONGEST_REGEX) {
        throw invalid(
            where + key,
            "at most " + LONGEST_REGEX + " characters",
            String.valueOf(value.asText().length()));
      }
      values(value, where + key + ".");
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        values(node.get(i), where + i + ".");
      }
    }
    if (node.path("type").asText().equals("Strip") && node.path("stop").asLong(0) != 0) {
      // The library looks for characters before the beginning of a token that has too few.
      throw invalid(where + "stop", "0", AddedToken.shown(node.get("stop")));
    }
    if (node.path("type").asText().equals("Prepend") && node.path("prepend").asText().isEmpty()) {
      // Text to which nothing was put in front has places that the library cannot find again.
      throw invalid(where + "prepend", "text", AddedToken.shown(node.path("prepend")));
    }
    if (node.path("type").asText().equals("FixedLength") && node.path("length").asLong(1) < 1) {
      throw invalid(where + "length", "1 or more", AddedToken.shown(node.get("length")));
    }
  }

  private static String trimmed(String where) {
    return where.isEmpty() ? "keys" : Quoted.bare(where.substring(0, where.length() - 1));
  }

  static boolean wellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** The token that stands for what the vocabulary does not have. */
  private void unknown() {
    JsonNode model = json.model();
    String type = model.path("type").asText();
    if (type.equals("Unigram")) {
      JsonNode id = model.path("unk_id");
      int size = vocabulary.own().size();
      if (id.isNumber() && (id.asLong() < 0 || id.asLong() >= size)) {
        throw invalid("model.unk_id", "an id below " + size, AddedToken.shown(id));
      }
      return;
    }
    Optional<String> unk = Optional.ofNullable(model.path("unk_token").textValue());
    if (type.equals("WordPiece")) {
      unk = Optional.of(unk.orElse("[UNK]"));
    } else if (type.equals("WordLevel")) {
      unk = Optional.of(unk.orElse("<unk>"));
    } else if (json.kind() == TokenizerJson.Kind.BYTE_LEVEL) {
      // Every text is bytes, which all have tokens.
      return;
    }
    if (unk.isPresent() && !vocabulary.own().containsKey(unk.get())) {
      throw invalid("model.unk_token", "a token of the vocabulary", Quoted.text(unk.get()));
    }
  }

  /** The library takes the second part of a merge without the prefix that its spelling has. */
  private void merges() {
    String text = json.large().get("merges");
    if (text == null) {
      return;
    }
    String prefix = json.model().path("continuing_subword_prefix").asText("");
    try (JsonParser parser = TokenizerJson.factory().createParser(text)) {
      parser.nextToken();
      int index = 0;
      for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
        merge(index++, parts(parser, t), prefix);
      }
    } catch (IOException e) {
      throw new InvalidInputException(source + ": model.merges: expected a list", e);
    }
  }

  private static List<String> parts(JsonParser parser, JsonToken token) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      return List.of(parser.getText().split(" ", -1));
    }
    List<String> parts = new ArrayList<>(2);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      parts.add(parser.getText());
      parser.skipChildren();
    }
    return parts;
  }

  private void merge(int index, List<String> parts, String prefix) {
    String where = "model.merges " + index;
    if (parts.size() != 2) {
      throw invalid(where, "two tokens", parts.size() + " parts");
    }
    String second = parts.get(1);
    if (!prefix.isEmpty() && !second.startsWith(prefix)) {
      throw invalid(
          where, "a second token that begins with " + Quoted.text(prefix), Quoted.text(second));
    }
    String merged = parts.get(0) + second.substring(prefix.length());
    for (String token : List.of(parts.get(0), second, merged)) {
      if (!vocabulary.own().containsKey(token)) {
        throw invalid(where, "tokens of the vocabulary", Quoted.text(token));
      }
    }
  }

  private void postProcessor(JsonNode post) {
    switch (post.path("type").asText()) {
      case "BertProcessing", "RobertaProcessing" -> {
        for (String name : List.of("sep", "cls")) {
          JsonNode token = post.path(name);
          id("post_processor." + name, token.path(1));
          OptionalInt known = vocabulary.idOf(token.path(0).asText());
          if (known.isEmpty()) {
            throw invalid(
                "post_processor." + name, "a token that exists", AddedToken.shown(token.path(0)));
          }
        }
      }
      case "TemplateProcessing" -> template(post);
      case "Sequence" -> post.path("processors").forEach(this::postProcessor);
      default -> {}
    }
  }

  private void id(String where, JsonNode id) {
    boolean known =
        id.isIntegralNumber() && id.canConvertToInt() && vocabulary.isKnown(id.intValue());
    if (!known) {
      throw invalid(where, "the id of a token", AddedToken.shown(id));
    }
  }

  private void template(JsonNode post) {
    JsonNode tokens = post.path("special_tokens");
    for (String template : List.of("single", "pair")) {
      String where = "post_processor." + template;
      for (JsonNode piece : post.path(template)) {
        JsonNode sequence = piece.path("Sequence");
        if (template.equals("single") && sequence.path("id").asText().equals("B")) {
          throw invalid(where, "no second text", AddedToken.shown(piece));
        }
        JsonNode token = piece.path("SpecialToken");
        String name = token.path("id").asText();
        if (!token.isMissingNode() && !tokens.has(name)) {
          throw invalid(where, "a token of post_processor.special_tokens", Quoted.text(name));
        }
      }
    }
    for (var entry : tokens.properties()) {
      String where = "post_processor.special_tokens." + Quoted.bare(entry.getKey());
      for (JsonNode id : entry.getValue().path("ids")) {
        id(where, id);
      }
    }
  }
}
