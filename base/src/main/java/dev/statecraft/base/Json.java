package dev.statecraft.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
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

  /** On one line. */
  public static String line(Object tree) {
    return write(tree, false);
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
}
