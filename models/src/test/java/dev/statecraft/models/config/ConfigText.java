package dev.statecraft.models.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.pretrained.Families;

/** A configuration's text with keys changed. */
public final class ConfigText {
  private final ObjectNode node;

  /** The text of a file. */
  public ConfigText(String json) {
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
  public ConfigText with(String keys) {
    node.setAll(read("{" + keys.replace('\'', '"') + "}"));
    return this;
  }

  /** Removes a key. */
  public ConfigText without(String key) {
    node.remove(key);
    return this;
  }

  /** What is read of it. */
  public ModelConfig parse() {
    return Families.parse(node.toString(), "c.json");
  }
}
