package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.base.WebAddress;
import java.util.Optional;

/**
 * Who else is told how a run goes, and what its report shows. The constructor throws {@link
 * UsageException} naming the key.
 *
 * @param mlflow address of an MLflow server, if there is one to tell
 * @param experiment the server's experiment; made if there is none of this name
 * @param samples evaluation prompts that a language model answers for the report, before and after
 */
public record TrackingRecipe(Optional<WebAddress> mlflow, String experiment, int samples) {
  public TrackingRecipe {
    if (experiment.isBlank()) {
      throw new UsageException("experiment: expected a name, found nothing");
    }
    if (samples < 0) {
      throw new UsageException("samples: expected 0 or more, found " + samples);
    }
  }

  static TrackingRecipe read(Section tracking) {
    return new TrackingRecipe(
        tracking.text("mlflow").map(TrackingRecipe::address),
        tracking.text("experiment").orElse(Defaults.EXPERIMENT),
        tracking.integer("samples").orElse(Defaults.SAMPLES));
  }

  private static WebAddress address(String text) {
    try {
      return WebAddress.of(text);
    } catch (UsageException e) {
      throw new UsageException("mlflow: " + e.getMessage(), e);
    }
  }

  /**
   * The same with another server.
   *
   * @throws UsageException if this is not an address
   */
  public TrackingRecipe withMlflow(String address) {
    return new TrackingRecipe(Optional.of(address(address)), experiment, samples);
  }
}
