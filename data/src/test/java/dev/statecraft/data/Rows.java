package dev.statecraft.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes rows from JSON with single quotes, for tests. */
final class Rows {
  private Rows() {}

  static Row row(String json) {
    return row(1, json);
  }

  static Row row(int number, String json) {
    try {
      JsonNode node = JsonMapper.builder().build().readTree(json.replace('\'', '"'));
      Map<String, JsonNode> values = new LinkedHashMap<>();
      node.properties().forEach(field -> values.put(field.getKey(), field.getValue()));
      return new Row(Path.of("test.json"), number, number, values);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
