package dev.statecraft.studio.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file and what was in it.
 *
 * @param name its path, or what to call it if it came from elsewhere
 * @param bytes its size
 * @param sha256 in lower-case hexadecimal digits
 */
public record HashedFile(String name, long bytes, String sha256) {
  /** As JSON has it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", name);
    map.put("bytes", bytes);
    map.put("sha256", sha256);
    return map;
  }

  /**
   * Reads a list of them.
   *
   * @throws IllegalArgumentException if one lacks a key
   */
  public static List<HashedFile> list(JsonNode list) {
    List<HashedFile> files = new ArrayList<>();
    for (JsonNode file : list) {
      files.add(
          new HashedFile(
              required(file, "name").asText(),
              required(file, "bytes").asLong(),
              required(file, "sha256").asText()));
    }
    return files;
  }

  private static JsonNode required(JsonNode node, String key) {
    if (!node.hasNonNull(key)) {
      throw new IllegalArgumentException("no key " + key);
    }
    return node.get(key);
  }
}
