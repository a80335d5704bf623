package dev.statecraft.studio.steer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What steering did to one layer's output, at the last token of the texts that it was made of.
 *
 * @param layer its index
 * @param contrast |e|
 * @param before v'x without the adapter
 * @param after v'x with it
 * @param edge the edge there, if there is one
 */
public record SteeredLayer(
    int layer, double contrast, Sides before, Sides after, Optional<SteeringEdge> edge) {
  /**
   * The mean of v'x over the texts of each side.
   *
   * @param positive those that are as wanted
   * @param negative the others
   */
  public record Sides(double positive, double negative) {}

  /** As JSON has it. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("layer", layer);
    map.put("contrast", contrast);
    map.put("positive", before.positive());
    map.put("negative", before.negative());
    map.put("positive_after", after.positive());
    map.put("negative_after", after.negative());
    edge.ifPresent(
        there -> {
          map.put("setpoint", there.setpoint());
          map.put("gain", there.gain());
          map.put("share", there.share());
        });
    return map;
  }
}
