package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.TaskRecipe.CAUSAL_LM;
import static dev.statecraft.studio.recipe.TaskRecipe.CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.IMAGE_CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.REGRESSION;

import java.util.Arrays;
import java.util.List;

/** The keys of {@code task}. */
final class TaskKeys {
  private static final String LABELS =
      "the model's, if they include those of the training data, else those";

  private static final String ORDER =
      "All classes. Where the model's config.json names the classes of its head and they include"
          + " these, the head is kept, in its own order; otherwise it is new, in this order.";

  private TaskKeys() {}

  static List<Option> all() {
    return List.of(
        Option.of(
            "task.type",
            Kind.choice(TaskRecipe.TYPES),
            Otherwise.required(),
            "What is learned; task: causal-lm is short for task: {type: causal-lm}."),
        Option.of(
                "task.pooling",
                Kind.choice(
                    Arrays.stream(TaskRecipe.Pooling.values())
                        .map(TaskRecipe.Pooling::label)
                        .toList()),
                Otherwise.words("the model's way"),
                "How the head sees a sequence: by its first token or by the mean of all.")
            .tasks(CLASSIFICATION, REGRESSION),
        Option.of(
                "task.labels",
                Kind.texts("a list of two labels or more", 2, List.of("no", "yes")),
                Otherwise.words(LABELS),
                ORDER)
            .tasks(CLASSIFICATION),
        Option.of(
                "task.labels",
                Kind.texts("a list of two labels or more", 2, List.of("cat", "dog")),
                Otherwise.words(LABELS),
                ORDER)
            .tasks(IMAGE_CLASSIFICATION),
        Option.of(
                "task.positive_label",
                Kind.text("a label", "yes"),
                Otherwise.words("required by the metric f1"),
                "The class whose F1 the metric f1 is.")
            .tasks(CLASSIFICATION),
        metrics(TaskRecipe.CausalLm.ALLOWED, Defaults.causalLmMetrics()).tasks(CAUSAL_LM),
        metrics(TaskRecipe.Classification.ALLOWED, Defaults.classificationMetrics())
            .tasks(CLASSIFICATION),
        metrics(TaskRecipe.Regression.ALLOWED, Defaults.regressionMetrics()).tasks(REGRESSION),
        metrics(TaskRecipe.ImageClassification.ALLOWED, Defaults.classificationMetrics())
            .tasks(IMAGE_CLASSIFICATION));
  }

  private static Option metrics(List<Metric> allowed, List<Metric> otherwise) {
    return Option.of(
        "task.metrics",
        Kind.some(labels(allowed)),
        Otherwise.value(labels(otherwise)),
        "What evaluations report; the first decides which is the best.");
  }

  private static List<String> labels(List<Metric> metrics) {
    return metrics.stream().map(Metric::label).toList();
  }
}
