package dev.statecraft.models.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A configuration's text with keys changed. */
final class ConfigText {
  private final ObjectNode node;

  ConfigText(String json) {
    this.node = read(json);
  }

  private static ObjectNode read(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  /** Sets the keys of a JSON object given without its braces and with ' for ". */
  ConfigText with(String keys) {
    node.setAll(read("{" + keys.replace('\'', '"') + "}"));
    return this;
  }

  ConfigText without(String key) {
    node.remove(key);
    return this;
  }

  ModelConfig parse() {
    return ModelConfig.parse(node.toString(), "c.json");
  }
}
