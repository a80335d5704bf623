package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonFile;
import dev.statecraft.base.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the files beside a {@code tokenizer.json} say of it, read in the order of transformers 5.18:
 * {@code tokenizer_config.json}; unless that has {@code added_tokens_decoder}, over it {@code
 * special_tokens_map.json} and {@code added_tokens.json}; under it what the tokenizer's class has.
 */
final class TokenizerSettings {
  /** The special tokens that every model may have, in transformers' order. */
  private static final List<String> NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private static final String EXTRA = "extra_special_tokens";
  private static final String EXTRA_BEFORE = "additional_special_tokens";
  private static final String DECODER = "added_tokens_decoder";

  /** Far above any vocabulary. */
  private static final int MAX_ID = (1 << 24) - 1;

  private final String source;
  private final ObjectNode config;
  private final TokenizerClass kind;
  private final SortedMap<Integer, AddedToken> added = new TreeMap<>();
  private final Map<String, AddedToken> named = new LinkedHashMap<>();
  private final List<AddedToken> extra = new ArrayList<>();

  private TokenizerSettings(String source, ObjectNode config, TokenizerClass kind) {
    this.source = source;
    this.config = config;
    this.kind = kind;
  }

  /**
   * Reads a folder's files; none of them need be there.
   *
   * @param kind of the tokenizer's vocabulary, to which a class of another kind is not applied
   * @param tokens the {@code added_tokens} of its {@code tokenizer.json}
   * @throws InvalidInputException if a file is not what it should be; the message names it
   * @throws IOException if a file cannot be read
   */
  static TokenizerSettings read(Path folder, TokenizerJson.Kind kind, JsonNode tokens)
      throws IOException {
    Path file = folder.resolve("tokenizer_config.json");
    ObjectNode config = JsonFile.object(file);
    ObjectNode model = JsonFile.object(folder.resolve("config.json"));
    Optional<String> name =
        text(config, "tokenizer_class").or(() -> text(model, "tokenizer_class"));
    TokenizerClass wanted = TokenizerClass.of(name, model.path("model_type").asText());
    TokenizerSettings settings =
        new TokenizerSettings(
            file.toString(), config, kind.suits(wanted) ? wanted : TokenizerClass.BACKEND);
    ObjectNode values = config.deepCopy();
    if (config.hasNonNull(DECODER)) {
      settings.addDecoder(config.get(DECODER));
    } else {
      Path map = folder.resolve("special_tokens_map.json");
      JsonFile.object(map).properties().forEach(entry -> settings.overlay(values, map, entry));
    }
    settings.name(values);
    if (!config.hasNonNull(DECODER)) {
      Path others = folder.resolve("added_tokens.json");
      settings.addOthers(JsonFile.object(others), others.toString(), specialOf(values, config));
      settings.addOwn(tokens);
      settings.refine();
    }
    return settings;
  }

  private static Optional<String> text(ObjectNode node, String key) {
    return Optional.ofNullable(node.path(key).textValue());
  }

  private void addDecoder(JsonNode decoder) {
    if (!decoder.isObject()) {
      throw invalid(DECODER, "an object of tokens by id", decoder);
    }
    for (Map.Entry<String, JsonNode> entry : decoder.properties()) {
      String where = source + ": " + DECODER + "." + Quoted.bare(entry.getKey());
      added.put(id(entry.getKey(), where), AddedToken.of(entry.getValue(), false, where));
    }
  }

  private static int id(String text, String where) {
    if (!text.matches("\\d{1,8}") || Integer.parseInt(text) > MAX_ID) {
      throw new InvalidInputException(
          where + ": expected an id from 0 to " + MAX_ID + ", found " + Quoted.text(text));
    }
    return Integer.parseInt(text);
  }

  /** {@code special_tokens_map.json} has the last word where it is read at all. */
  private void overlay(ObjectNode values, Path file, Map.Entry<String, JsonNode> entry) {
    JsonNode value = entry.getValue();
    boolean list = value.isArray() && values.path(entry.getKey()).isArray();
    if (entry.getKey().equals(EXTRA) && list) {
      value.forEach(values.withArray(EXTRA)::add);
    } else {
      if (value.isObject() && value.has("content")) {
        AddedToken.of(value, true, file + ": " + entry.getKey());
        ((ObjectNode) value).put("special", true);
      }
      values.set(entry.getKey(), value);
    }
  }

  /** Which tokens have a name, and which are special without one. */
  private void name(ObjectNode values) {
    for (String name : NAMES) {
      // A null says that there is none, but BERT's and RoBERTa's classes cannot do without.
      boolean none = kind.names().size() < 5 && values.path(name).isNull();
      String usual = none ? null : kind.names().get(name);
      Optional<AddedToken> token = token(values.path(name), name);
      token
          .or(() -> Optional.ofNullable(usual).map(AddedToken::special))
          .ifPresent(found -> named.put(name, found));
    }
    // Those of one model, such as image_token.
    for (Map.Entry<String, JsonNode> entry : values.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      boolean token = value.isTextual() || value.path("__type").asText().equals("AddedToken");
      if (name.endsWith("_token") && !NAMES.contains(name) && token) {
        token(value, name).ifPresent(found -> named.put(name, found));
      }
    }
    JsonNode list = values.hasNonNull(EXTRA) ? values.get(EXTRA) : values.path(EXTRA_BEFORE);
    if (list.isObject()) {
      list.properties()
          .forEach(e -> token(e.getValue(), EXTRA).ifPresent(t -> named.put(e.getKey(), t)));
    } else {
      list.forEach(node -> token(node, EXTRA).ifPresent(extra::add));
    }
    refine();
  }

  /** A special token's text, or the whole token; a text is looked up among those that are known. */
  private Optional<AddedToken> token(JsonNode node, String key) {
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    return Optional.of(
        node.isTextual()
            ? AddedToken.special(node.textValue())
            : AddedToken.of(node, false, source + ": " + key));
  }

  /** Which spellings transformers knows to be special when it comes to added_tokens.json. */
  private static Set<String> specialOf(ObjectNode values, ObjectNode config) {
    Set<String> special = new HashSet<>();
    NAMES.forEach(name -> special.add(content(values.path(name))));
    JsonNode extra = values.hasNonNull(EXTRA) ? values.get(EXTRA) : config.path(EXTRA_BEFORE);
    extra.forEach(token -> special.add(content(token)));
    return special;
  }

  private static String content(JsonNode token) {
    return (token.isObject() ? token.path("content") : token).asText();
  }

  private void addOthers(ObjectNode others, String file, Set<String> specials) {
    for (Map.Entry<String, JsonNode> entry : others.properties()) {
      String content = entry.getKey();
      int id = id(entry.getValue().asText(), file + ": " + Quoted.bare(content));
      boolean special = specials.contains(content);
      added.put(id, new AddedToken(content, false, false, false, !special, special));
    }
  }

  private void addOwn(JsonNode tokens) {
    for (JsonNode token : tokens) {
      added.put(token.path("id").asInt(), AddedToken.of(token, false, "added_tokens"));
    }
  }

  /** Named tokens are those of the same spelling that are known more exactly. */
  private void refine() {
    Map<String, AddedToken> known = new LinkedHashMap<>();
    added.values().forEach(token -> known.put(token.content(), token));
    named.replaceAll((name, token) -> known.getOrDefault(token.content(), token));
  }

  /** The class whose tokenizer it is. */
  TokenizerClass kind() {
    return kind;
  }

  /** Tokens to add, by an id that orders them. */
  SortedMap<Integer, AddedToken> added() {
    return added;
  }

  /** Special tokens by their names. */
  Map<String, AddedToken> named() {
    return named;
  }

  /** Special tokens without a name. */
  List<AddedToken> extra() {
    return extra;
  }

  /** How a token that has a name is spelled. */
  String spelling(String name) {
    return named.get(name).content();
  }

  /**
   * A flag of {@code tokenizer_config.json}.
   *
   * @throws InvalidInputException if it is something else
   */
  boolean flag(String key, boolean absent) {
    JsonNode value = config.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw invalid(key, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A flag that may be left open. */
  Optional<Boolean> flag(String key) {
    return config.hasNonNull(key) ? Optional.of(flag(key, false)) : Optional.empty();
  }

  /** Where texts are cut, if the settings say. */
  Optional<TruncationSide> truncationSide() {
    String key = "truncation_side";
    return config.hasNonNull(key)
        ? Optional.of(TruncationSide.of(config.get(key).asText(), source + ": " + key))
        : Optional.empty();
  }

  private InvalidInputException invalid(String key, String expected, JsonNode found) {
    return new InvalidInputException(
        source + ": " + key + ": expected " + expected + ", found " + AddedToken.shown(found));
  }
}
