package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;

/**
 * A token that is looked for in a text before the model's own are.
 *
 * @param content how it is spelled
 * @param singleWord whether it is not looked for inside words
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is looked for in the normalized text
 * @param special whether decoding can leave it out
 */
record AddedToken(
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {

  /** A token of which no more is known. */
  static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, false, true);
  }

  /**
   * A token as files write it: an object with a {@code content}. What it does not say is as in
   * transformers: false, but what is not special is normalized.
   *
   * @param where what error messages call it
   * @throws InvalidInputException if it is no such object
   */
  static AddedToken of(JsonNode node, boolean special, String where) {
    if (!node.isObject() || !node.path("content").isTextual()) {
      throw new InvalidInputException(
          where + ": expected a token with a content, found " + shown(node));
    }
    boolean isSpecial = special || flag(node, "special", false, where);
    return new AddedToken(
        node.get("content").textValue(),
        flag(node, "single_word", false, where),
        flag(node, "lstrip", false, where),
        flag(node, "rstrip", false, where),
        flag(node, "normalized", !isSpecial, where),
        isSpecial);
  }

  private static boolean flag(JsonNode node, String key, boolean absent, String where) {
    if (!node.hasNonNull(key)) {
      return absent;
    }
    if (!node.get(key).isBoolean()) {
      throw new InvalidInputException(
          where + "." + key + ": expected true or false, found " + shown(node.get(key)));
    }
    return node.get(key).booleanValue();
  }

  static String shown(JsonNode node) {
    return Quoted.bare(node.isMissingNode() ? "nothing" : node.toString());
  }

  AddedToken asSpecial() {
    return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
  }

  void write(ObjectNode node) {
    node.put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", normalized)
        .put("special", special);
  }
}
