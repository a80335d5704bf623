package dev.statecraft.studio.recipe;

import java.util.List;

/** The keys of {@code tracking}. */
final class TrackingKeys {
  private TrackingKeys() {}

  static List<Option> all() {
    return List.of(
        Option.of(
            "tracking.mlflow",
            Kind.text("an http or https address", "http://localhost:5000"),
            Otherwise.words("none"),
            "An MLflow server that is told options and metrics. Its token comes from"
                + " MLFLOW_TRACKING_TOKEN, or a name and password from MLFLOW_TRACKING_USERNAME and"
                + " MLFLOW_TRACKING_PASSWORD or the address, which is written down without them; a"
                + " run never waits for it or ends because of it."),
        Option.of(
            "tracking.experiment",
            Kind.text("a name", "tickets"),
            Otherwise.value(Defaults.EXPERIMENT),
            "The server's experiment, which is made if there is none of this name."),
        Option.of(
            "tracking.samples",
            Kind.wholeNumber(0, 5),
            Otherwise.value(Defaults.SAMPLES),
            "Evaluation prompts that a language model answers for the report, before and after; 0"
                + " for none."));
  }
}
