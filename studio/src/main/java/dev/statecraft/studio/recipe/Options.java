package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** A recipe's tree as a flat list of options. */
final class Options {
  private Options() {}

  static Map<String, String> of(ObjectNode recipe) {
    Map<String, String> options = new LinkedHashMap<>();
    put(options, "", recipe);
    return options;
  }

  private static void put(Map<String, String> options, String path, JsonNode node) {
    if (node instanceof ObjectNode mapping) {
      String prefix = path.isEmpty() ? "" : path + ".";
      mapping.properties().forEach(e -> put(options, prefix + e.getKey(), e.getValue()));
    } else if (!node.isNull()) {
      options.put(path, node.isTextual() ? node.textValue() : node.toString());
    }
  }
}
