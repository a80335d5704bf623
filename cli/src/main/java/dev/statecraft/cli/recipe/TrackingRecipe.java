package dev.statecraft.cli.recipe;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Who else is told how a run goes, and what its report shows. The constructor throws {@link
 * IllegalArgumentException} naming the key.
 *
 * @param mlflow address of an MLflow server, if there is one to tell
 * @param experiment the server's experiment; made if there is none of this name
 * @param samples evaluation prompts that a language model answers for the report, before and after
 */
public record TrackingRecipe(Optional<URI> mlflow, String experiment, int samples) {
  private static final String ADDRESS = "mlflow: expected an http or https address, found '";

  public TrackingRecipe {
    mlflow.ifPresent(TrackingRecipe::check);
    if (experiment.isBlank()) {
      throw new IllegalArgumentException("experiment: expected a name, found nothing");
    }
    if (samples < 0) {
      throw new IllegalArgumentException("samples: expected 0 or more, found " + samples);
    }
  }

  private static void check(URI server) {
    String scheme = String.valueOf(server.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || server.getHost() == null) {
      throw new IllegalArgumentException(ADDRESS + server + "'");
    }
  }

  static TrackingRecipe read(Section tracking) {
    return new TrackingRecipe(
        tracking.text("mlflow").map(TrackingRecipe::address),
        tracking.text("experiment").orElse(Defaults.EXPERIMENT),
        tracking.integer("samples").orElse(Defaults.SAMPLES));
  }

  private static URI address(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(ADDRESS + text + "'", e);
    }
  }

  /**
   * The same with another server.
   *
   * @throws IllegalArgumentException if this is not an address
   */
  public TrackingRecipe withMlflow(String address) {
    return new TrackingRecipe(Optional.of(address(address)), experiment, samples);
  }
}
