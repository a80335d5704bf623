package dev.statecraft.core.optim;

import dev.statecraft.base.UsageException;
import java.util.Arrays;

/**
 * The learning rate over a run: up linearly from 0 during the warmup, then constant, or down to 0
 * along a line or half a cosine.
 *
 * @param shape what happens after the warmup
 * @param peak the highest learning rate
 * @param warmupSteps optimizer steps of the warmup
 * @param totalSteps optimizer steps of the run, warmup included
 */
public record Schedule(Shape shape, double peak, long warmupSteps, long totalSteps) {
  /** What happens after the warmup. */
  public enum Shape {
    CONSTANT("constant"),
    LINEAR("linear"),
    COSINE("cosine");

    private final String label;

    Shape(String label) {
      this.label = label;
    }

    /** The word for it in recipes. */
    public String label() {
      return label;
    }

    /**
     * Finds a shape by its word.
     *
     * @throws UsageException if there is none
     */
    public static Shape of(String label) {
      return Arrays.stream(values())
          .filter(shape -> shape.label.equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  new UsageException(
                      "schedule: expected constant, linear or cosine, found '" + label + "'"));
    }
  }

  public Schedule {
    if (!(peak >= 0) || Double.isInfinite(peak)) {
      throw new UsageException("learning_rate: expected 0 or more, found " + peak);
    }
    if (warmupSteps < 0 || totalSteps < 1 || warmupSteps > totalSteps) {
      throw new UsageException(
          "warmup_steps: expected from 0 to the run's "
              + totalSteps
              + " steps, found "
              + warmupSteps);
    }
  }

  /** The learning rate of a step, counted from 0, as transformers' schedules give it. */
  public double at(long step) {
    if (step < warmupSteps) {
      return peak * step / warmupSteps;
    }
    double progress =
        Math.min(1, (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return switch (shape) {
      case CONSTANT -> peak;
      case LINEAR -> peak * (1 - progress);
      case COSINE -> peak * 0.5 * (1 + Math.cos(Math.PI * progress));
    };
  }
}
