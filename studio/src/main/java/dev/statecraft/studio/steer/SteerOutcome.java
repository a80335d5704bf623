package dev.statecraft.studio.steer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came of steering a model.
 *
 * @param layers all of the model's, in order
 * @param predicted the shift that a linear network would have, see {@link SteeringDesign}
 * @param texts how many there were of each side, positive first
 * @param jacobianTexts of how many of each side the Jacobians are the mean
 * @param notes what one should know of it, a line each
 * @param peakBytes the most that the session's tensors took at once
 */
public record SteerOutcome(
    List<SteeredLayer> layers,
    double predicted,
    List<Integer> texts,
    int jacobianTexts,
    List<String> notes,
    long peakBytes) {
  /** Keeps copies of the lists. */
  public SteerOutcome {
    layers = List.copyOf(layers);
    texts = List.copyOf(texts);
    notes = List.copyOf(notes);
  }

  /**
   * Brings together what was found.
   *
   * @param after the means with the adapter
   */
  public static List<SteeredLayer> layers(
      Contrast contrast, Contrast after, SteeringDesign design) {
    List<SteeredLayer> layers = new ArrayList<>();
    for (int layer = 0; layer < contrast.layers(); layer++) {
      layers.add(
          new SteeredLayer(
              layer,
              contrast.size(layer),
              sides(contrast, contrast, layer),
              sides(contrast, after, layer),
              Optional.ofNullable(design.edges().get(layer))));
    }
    return layers;
  }

  private static SteeredLayer.Sides sides(Contrast directions, Contrast means, int layer) {
    return new SteeredLayer.Sides(
        directions.along(means.positive()).get(layer),
        directions.along(means.negative()).get(layer));
  }

  /**
   * By how much v'x of the negative texts moved at the last layer, as a share of |e| there: 1 is
   * where the positive ones were.
   */
  public double shift() {
    SteeredLayer last = layers.get(layers.size() - 1);
    return (last.after().negative() - last.before().negative()) / last.contrast();
  }

  /** As JSON has it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("positive_texts", texts.get(0));
    map.put("negative_texts", texts.get(1));
    map.put("jacobian_texts", jacobianTexts);
    map.put("layers", layers.stream().map(SteeredLayer::toMap).toList());
    map.put("shift", shift());
    map.put("predicted_shift", predicted);
    map.put("notes", notes);
    map.put("peak_bytes", peakBytes);
    return map;
  }
}
