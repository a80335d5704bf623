package dev.statecraft.studio.steer;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a model is to be steered.
 *
 * @param strength lambda: where between the texts the setpoints lie, see {@link SteeringLaw}
 * @param layers those whose outputs get an edge; the last layer never has one
 * @param law by which gains and setpoints are computed
 * @param stateCost q: what the squared distance from the setpoint costs at every layer, Q = q I
 * @param inputCost r: what the square of what edges add costs, R = r I
 * @param lastCost f: what the squared distance costs at the last layer
 * @param jacobianTexts of how many texts of each side Jacobians are the mean
 */
public record SteerSettings(
    double strength,
    LayerSelection layers,
    SteeringLaw law,
    double stateCost,
    double inputCost,
    double lastCost,
    int jacobianTexts) {
  /** The paper's costs, all layers, Jacobians of one text of each side. */
  public static final SteerSettings USUAL =
      new SteerSettings(1, LayerSelection.ALL, SteeringLaw.EDGE, 10, 10, 1, 1);

  /**
   * Checks.
   *
   * @throws UsageException if a number is none that it can be
   */
  public SteerSettings {
    if (!Double.isFinite(strength)) {
      throw new UsageException("--strength: expected a finite number, found " + strength);
    }
    requireCost("--state-cost", stateCost, false);
    requireCost("--input-cost", inputCost, true);
    requireCost("--last-cost", lastCost, false);
    if (stateCost == 0 && lastCost == 0) {
      throw new UsageException(
          "--state-cost: expected a number above 0 here or in --last-cost, found that no distance"
              + " costs anything");
    }
    if (jacobianTexts < 1) {
      throw new UsageException("--jacobian-texts: expected 1 or more, found " + jacobianTexts);
    }
  }

  private static void requireCost(String option, double cost, boolean positive) {
    if (!(Double.isFinite(cost) && (positive ? cost > 0 : cost >= 0))) {
      throw new UsageException(
          option
              + ": expected a number "
              + (positive ? "above 0" : "of 0 or more")
              + ", found "
              + cost);
    }
  }

  /** The same with another strength. */
  public SteerSettings withStrength(double other) {
    return new SteerSettings(other, layers, law, stateCost, inputCost, lastCost, jacobianTexts);
  }

  /** The same by another law. */
  public SteerSettings withLaw(SteeringLaw other) {
    return new SteerSettings(
        strength, layers, other, stateCost, inputCost, lastCost, jacobianTexts);
  }

  /** As JSON has it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("strength", strength);
    map.put("layers", layers.toString());
    map.put("law", law.word());
    map.put("state_cost", stateCost);
    map.put("input_cost", inputCost);
    map.put("last_cost", lastCost);
    map.put("jacobian_texts", jacobianTexts);
    return map;
  }
}
