package dev.statecraft.studio.embed;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came of a file's texts.
 *
 * @param texts how many vectors there are
 * @param width numbers of a vector
 * @param truncated texts that had more tokens than are read
 * @param maxLength the most tokens that are read
 * @param blankLines lines of a text file that were left out
 * @param seconds that it took, with the reading and writing of files
 */
public record EmbedOutcome(
    long texts, int width, long truncated, int maxLength, long blankLines, double seconds) {
  /** By the names of the command's JSON. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("texts", texts);
    map.put("dimension", width);
    map.put("truncated", truncated);
    map.put("max_length", maxLength);
    map.put("blank_lines", blankLines);
    map.put("seconds", seconds);
    return map;
  }
}
