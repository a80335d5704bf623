package dev.statecraft.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far gradients g are from exact ones e.
 *
 * @param relative {@code |g - e| / |e|} over all trained parameters, Euclidean
 * @param cosine of the angle between g and e
 * @param worstParameter the one whose own relative error is largest, of those whose gradient has at
 *     least a thousandth of the whole's norm
 * @param worstRelative that error
 */
public record GradientError(
    double relative, double cosine, String worstParameter, double worstRelative) {
  /** As JSON shows it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("relative", relative);
    map.put("cosine", cosine);
    map.put("worst_parameter", worstParameter);
    map.put("worst_relative", worstRelative);
    return map;
  }
}
