package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes a tree as block style YAML of which every reader, of YAML 1.1 or 1.2, makes the same tree
 * again: a text is left without quotes only where it is a word that no reader takes for anything
 * else, and what has quotes is escaped as in JSON. Libraries leave words such as {@code 7E10},
 * {@code no} or {@code 1_000} bare, as their own reader takes them for texts, and write texts with
 * line breaks as blocks, which lose some of their spaces.
 */
final class YamlWriter {
  private static final Pattern WORDS =
      Pattern.compile("[A-Za-z/][A-Za-z0-9/_.@+-]*(?: [A-Za-z0-9/_.@+][A-Za-z0-9/_.@+-]*)*");

  /** What some reader takes for a truth value, nothing or a number. */
  private static final Set<String> RESERVED =
      Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity");

  /** Keys that are longer are marked as such, as readers look no further for the colon. */
  private static final int LONGEST_KEY = 120;

  private final StringBuilder text = new StringBuilder();

  private YamlWriter() {}

  /** A mapping or list as a document. */
  static String write(JsonNode tree) {
    YamlWriter writer = new YamlWriter();
    if (isBlock(tree)) {
      writer.block(tree, 0);
    } else {
      writer.text.append(scalar(tree)).append('\n');
    }
    return writer.text.toString();
  }

  private static boolean isBlock(JsonNode node) {
    return node.isContainerNode() && !node.isEmpty();
  }

  private void block(JsonNode node, int indent) {
    if (node.isArray()) {
      for (JsonNode item : node) {
        indent(indent).append('-');
        item(item, indent);
      }
      return;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      indent(indent);
      entry(entry, indent);
    }
  }

  /** After the dash. The first entry of a mapping stands on its line. */
  private void item(JsonNode item, int indent) {
    if (!isBlock(item) || item.isArray()) {
      value(item, indent + 2);
      return;
    }
    text.append(' ');
    Iterator<Map.Entry<String, JsonNode>> entries = item.properties().iterator();
    entry(entries.next(), indent + 2);
    entries.forEachRemaining(
        entry -> {
          indent(indent + 2);
          entry(entry, indent + 2);
        });
  }

  private void entry(Map.Entry<String, JsonNode> entry, int indent) {
    String key = quoted(entry.getKey());
    if (key.length() > LONGEST_KEY) {
      text.append("? ").append(key).append('\n');
      indent(indent).append(':');
    } else {
      text.append(key).append(':');
    }
    value(entry.getValue(), entry.getValue().isArray() ? indent : indent + 2);
  }

  private void value(JsonNode value, int indent) {
    if (isBlock(value)) {
      text.append('\n');
      block(value, indent);
    } else {
      text.append(' ').append(scalar(value)).append('\n');
    }
  }

  private StringBuilder indent(int indent) {
    return text.append(" ".repeat(indent));
  }

  private static String scalar(JsonNode node) {
    if (node.isContainerNode()) {
      return node.isArray() ? "[]" : "{}";
    }
    if (node.isTextual()) {
      return quoted(node.textValue());
    }
    if (node.isFloatingPointNumber()) {
      double number = node.doubleValue();
      if (!Double.isFinite(number)) {
        return Double.isNaN(number) ? ".nan" : number > 0 ? ".inf" : "-.inf";
      }
      // YAML 1.1 wants the sign of the exponent.
      return node.asText().replaceFirst("E(?=\\d)", "E+");
    }
    return node.asText();
  }

  private static String quoted(String value) {
    boolean bare =
        WORDS.matcher(value).matches() && !RESERVED.contains(value.toLowerCase(Locale.ROOT));
    if (bare) {
      return value;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int at = 0; at < value.length(); ) {
      int point = value.codePointAt(at);
      at += Character.charCount(point);
      switch (point) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (isPrintable(point)) {
            quoted.appendCodePoint(point);
          } else {
            quoted.append(String.format("\\u%04X", point));
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  /** What YAML lets stand for itself, without what breaks or turns lines. */
  private static boolean isPrintable(int point) {
    boolean turnsText =
        (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    return (point >= 0x20 && point <= 0x7E)
        || (point >= 0xA0 && point <= 0xD7FF && !turnsText)
        || (point >= 0xE000 && point <= 0xFFFD && point != 0xFEFF)
        || point >= 0x10000;
  }
}
