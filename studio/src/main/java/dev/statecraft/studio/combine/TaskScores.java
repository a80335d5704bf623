package dev.statecraft.studio.combine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well a task is done.
 *
 * @param task its name
 * @param metric the metric of its recipe that chooses
 * @param own with the own adapter of its run, or the mean over its runs
 * @param combined with the combined one and the task's head
 * @param base without edges, with the head that the combined one has
 */
public record TaskScores(String task, String metric, double own, double combined, double base) {
  /** As JSON has it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task", task);
    map.put("metric", metric);
    map.put("own", own);
    map.put("combined", combined);
    map.put("base", base);
    return map;
  }
}
