package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.TaskRecipe.CAUSAL_LM;
import static dev.statecraft.studio.recipe.TaskRecipe.CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.IMAGE_CLASSIFICATION;
import static dev.statecraft.studio.recipe.TaskRecipe.REGRESSION;

import dev.statecraft.base.Quoted;
import dev.statecraft.base.UsageException;
import java.util.List;
import java.util.Optional;

/** The keys of {@code task}. */
public final class TaskKeys extends Keys {
  private static final String EXPECTED =
      "causal-lm, classification, regression or image-classification";

  public final Key<String> type =
      required(
          "type",
          Type.of(Kind.choice(TaskRecipe.TYPES), TaskKeys::word, word -> word),
          EXPECTED,
          "What is learned; task: causal-lm is short for task: {type: causal-lm}.");

  public final Key<Optional<TaskRecipe.Pooling>> pooling =
      optional(
          "pooling",
          Type.choice(
              List.of(TaskRecipe.Pooling.values()),
              TaskRecipe.Pooling::label,
              TaskRecipe.Pooling::of),
          "the model's way",
          "How the head sees a sequence: by its first token or by the mean of all.",
          CLASSIFICATION,
          REGRESSION);

  public final Key<Optional<List<String>>> labels = labels(List.of("no", "yes"), CLASSIFICATION);

  public final Key<Optional<List<String>>> imageLabels =
      labels(List.of("cat", "dog"), IMAGE_CLASSIFICATION);

  public final Key<Optional<String>> positiveLabel =
      optional(
          "positive_label",
          Type.text("a label", "yes"),
          "required by the metric f1",
          "The class whose F1 the metric f1 is.",
          CLASSIFICATION);

  public final Key<List<Metric>> causalLmMetrics =
      metrics(
          CAUSAL_LM,
          List.of(Metric.LOSS, Metric.PERPLEXITY, Metric.TOKEN_ACCURACY),
          Metric.LOSS,
          Metric.PERPLEXITY);

  public final Key<List<Metric>> classificationMetrics =
      metrics(
          CLASSIFICATION,
          List.of(Metric.LOSS, Metric.ACCURACY, Metric.MACRO_F1, Metric.F1, Metric.MATTHEWS),
          Metric.ACCURACY,
          Metric.MACRO_F1,
          Metric.LOSS);

  public final Key<List<Metric>> regressionMetrics =
      metrics(
          REGRESSION,
          List.of(Metric.LOSS, Metric.PEARSON, Metric.SPEARMAN, Metric.MEAN_SQUARED_ERROR),
          Metric.SPEARMAN,
          Metric.PEARSON,
          Metric.MEAN_SQUARED_ERROR);

  public final Key<List<Metric>> imageMetrics =
      metrics(
          IMAGE_CLASSIFICATION,
          List.of(Metric.LOSS, Metric.ACCURACY, Metric.MACRO_F1, Metric.MATTHEWS),
          Metric.ACCURACY,
          Metric.MACRO_F1,
          Metric.LOSS);

  private Key<Optional<List<String>>> labels(List<String> example, String task) {
    return optional(
        "labels",
        Type.texts("a list of two labels or more", 2, example).checked(TaskKeys::checkLabels),
        "the model's, if they include those of the training data, else those",
        "All classes. Where the model's config.json names the classes of its head and they include"
            + " these, the head is kept, in its own order; otherwise it is new, in this order.",
        task);
  }

  /**
   * @param usual what evaluations report where the recipe does not say; the first picks the best
   */
  private Key<List<Metric>> metrics(String task, List<Metric> allowed, Metric... usual) {
    return key(
        "metrics",
        Type.some(allowed, Metric::label, word -> Metric.of(word, allowed))
            .checked(
                some -> !some.isEmpty() && some.stream().distinct().count() == some.size(),
                "at least one, each once"),
        List.of(usual),
        "What evaluations report; the first decides which is the best.",
        task);
  }

  @Override
  String task(Reading reading) {
    return reading.get(type);
  }

  @Override
  void check(Settings task) {
    if (!task.get(type).equals(CLASSIFICATION)) {
      return;
    }
    Optional<String> positive = task.get(positiveLabel);
    if (task.get(classificationMetrics).contains(Metric.F1) && positive.isEmpty()) {
      throw new UsageException(
          "positive_label: expected the class that the metric f1 is about, found nothing");
    }
    List<String> all = task.get(labels).orElse(List.of());
    if (positive.isPresent() && !all.isEmpty() && !all.contains(positive.get())) {
      throw new UsageException(
          "positive_label: expected one of "
              + Quoted.list(all)
              + ", found "
              + Quoted.text(positive.get()));
    }
  }

  private static String word(Reading task, String key) {
    String word = task.section().requiredText(key, EXPECTED);
    if (!TaskRecipe.TYPES.contains(word)) {
      throw task.section().invalid(key, EXPECTED);
    }
    return word;
  }

  private static void checkLabels(String key, List<String> labels) {
    if (labels.size() < 2 || labels.stream().distinct().count() != labels.size()) {
      throw new UsageException(
          key + ": expected at least two labels, each once, found " + Quoted.list(labels));
    }
  }
}
