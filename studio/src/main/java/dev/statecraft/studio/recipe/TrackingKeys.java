package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.text;
import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.base.UsageException;
import dev.statecraft.base.WebAddress;
import java.util.Optional;

/** The keys of {@code tracking}. */
public final class TrackingKeys extends Keys {
  public final Key<Optional<WebAddress>> mlflow =
      optional(
          "mlflow",
          text("an http or https address", "http://localhost:5000")
              .as(TrackingKeys::address, WebAddress::toString),
          "none",
          "An MLflow server that is told options and metrics. Its token comes from"
              + " MLFLOW_TRACKING_TOKEN, or a name and password from MLFLOW_TRACKING_USERNAME and"
              + " MLFLOW_TRACKING_PASSWORD or the address, which is written down without them; a"
              + " run never waits for it or ends because of it.");

  public final Key<String> experiment =
      key(
          "experiment",
          text("a name", "tickets").checked(TrackingKeys::checkName),
          "statecraft",
          "The server's experiment, which is made if there is none of this name.");

  public final Key<Integer> samples =
      key(
          "samples",
          whole(0, 5),
          3,
          "Evaluation prompts that a language model answers for the report, before and after; 0"
              + " for none.");

  static WebAddress address(String text) {
    try {
      return WebAddress.of(text);
    } catch (UsageException e) {
      throw new UsageException("mlflow: " + e.getMessage(), e);
    }
  }

  private static void checkName(String key, String name) {
    if (name.isBlank()) {
      throw new UsageException(key + ": expected a name, found nothing");
    }
  }
}
