package dev.statecraft.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes maps, lists, texts and numbers as JSON. A number that is not finite becomes null. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  /**
   * On one line: what a program may take for the end of one inside a text, such as U+2028, is
   * escaped.
   */
  public static String line(Object tree) {
    return write(tree, false)
        .replace("\u0085", "\\u0085")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** Indented, with a line break at its end. */
  public static String pretty(Object tree) {
    return write(tree, true) + "\n";
  }

  private static String write(Object tree, boolean indented) {
    try {
      Object plain = plain(tree);
      return indented
          ? MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(plain)
          : MAPPER.writeValueAsString(plain);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not maps, lists, texts and numbers: " + tree, e);
    }
  }

  private static Object plain(Object value) {
    if (value instanceof Double number) {
      return Double.isFinite(number) ? number : null;
    }
    if (value instanceof JsonNode node) {
      return plain(node);
    }
    if (value instanceof Optional<?> optional) {
      return optional.map(Json::plain).orElse(null);
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, inner) -> copy.put(String.valueOf(key), plain(inner)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(inner -> copy.add(plain(inner)));
      return copy;
    }
    return value;
  }

  /** Of a data file's row, which may have NaN and numbers beyond the largest. */
  private static Object plain(JsonNode node) {
    if (node.isArray()) {
      List<Object> copy = new ArrayList<>();
      node.forEach(inner -> copy.add(plain(inner)));
      return copy;
    }
    if (node.isObject()) {
      Map<String, Object> copy = new LinkedHashMap<>();
      node.properties().forEach(entry -> copy.put(entry.getKey(), plain(entry.getValue())));
      return copy;
    }
    boolean infinite = (node.isDouble() || node.isFloat()) && !Double.isFinite(node.doubleValue());
    return infinite ? NullNode.getInstance() : node;
  }
}
