package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.base.WebAddress;
import java.util.Optional;

/**
 * Who else is told how a run goes, and what its report shows.
 *
 * @param settings of {@link #KEYS}
 */
public record TrackingRecipe(Settings settings) {
  /** The keys of {@code tracking}. */
  public static final TrackingKeys KEYS = new TrackingKeys();

  /** Address of an MLflow server, if there is one to tell. */
  public Optional<WebAddress> mlflow() {
    return settings.get(KEYS.mlflow);
  }

  /** The server's experiment; made if there is none of this name. */
  public String experiment() {
    return settings.get(KEYS.experiment);
  }

  /** Evaluation prompts that a language model answers for the report, before and after. */
  public int samples() {
    return settings.get(KEYS.samples);
  }

  /**
   * The same with another server.
   *
   * @throws UsageException if this is not an address
   */
  public TrackingRecipe withMlflow(String address) {
    return new TrackingRecipe(
        settings.with(KEYS.mlflow, Optional.of(TrackingKeys.address(address))));
  }
}
