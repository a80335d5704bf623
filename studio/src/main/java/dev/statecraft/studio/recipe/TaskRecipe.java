package dev.statecraft.studio.recipe;

import dev.statecraft.base.Quoted;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is learned. The first metric decides which evaluation is the best. Constructors throw {@link
 * IllegalArgumentException} naming the key.
 */
public sealed interface TaskRecipe {
  /** The word for {@link CausalLm}. */
  String CAUSAL_LM = "causal-lm";

  /** The word for {@link Classification}. */
  String CLASSIFICATION = "classification";

  /** The word for {@link Regression}. */
  String REGRESSION = "regression";

  /** The word for {@link ImageClassification}. */
  String IMAGE_CLASSIFICATION = "image-classification";

  /** All words. */
  List<String> TYPES = List.of(CAUSAL_LM, CLASSIFICATION, REGRESSION, IMAGE_CLASSIFICATION);

  /** The word for the task in recipes. */
  String type();

  /** What evaluations report; at least one. */
  List<Metric> metrics();

  /** Names of {@link #metrics}. */
  default List<String> metricNames() {
    return metrics().stream().map(Metric::label).toList();
  }

  /** What a model that has learned it gives classes to. */
  default Classified classified() {
    return Classified.NOTHING;
  }

  /** All classes, if there are classes and they are known. */
  default Optional<List<String>> labels() {
    return Optional.empty();
  }

  /**
   * The same with the classes that the training data turned out to have.
   *
   * @throws IllegalArgumentException if the task has no classes
   */
  default TaskRecipe withLabels(List<String> found) {
    throw new IllegalArgumentException("labels: only for classification, this is " + type());
  }

  /** What is given a class. */
  enum Classified {
    /** It is no classification. */
    NOTHING,
    /** Texts, or pairs of texts. */
    TEXTS,
    /** Pictures. */
    IMAGES
  }

  /** How a head sees a sequence. */
  enum Pooling {
    /** The first token's final state. */
    CLS,
    /** The mean of all tokens' final states. */
    MEAN;

    /** The word for it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Pooling of(String label) {
      for (Pooling pooling : values()) {
        if (pooling.label().equals(label)) {
          return pooling;
        }
      }
      throw new IllegalArgumentException("pooling: expected cls or mean, found '" + label + "'");
    }
  }

  /** The next token of a text. */
  record CausalLm(List<Metric> metrics) implements TaskRecipe {
    static final List<Metric> ALLOWED =
        List.of(Metric.LOSS, Metric.PERPLEXITY, Metric.TOKEN_ACCURACY);

    public CausalLm {
      metrics = checked(metrics);
    }

    @Override
    public String type() {
      return CAUSAL_LM;
    }
  }

  /**
   * The class of a text, or of a pair of texts.
   *
   * @param pooling how the head sees it; empty for the model's way
   * @param labels all classes; empty for those that the training data has. Those of the model's
   *     head are used, in its order, where they include them
   * @param positiveLabel the class whose F1 the metric {@code f1} is
   */
  record Classification(
      Optional<Pooling> pooling,
      Optional<List<String>> labels,
      Optional<String> positiveLabel,
      List<Metric> metrics)
      implements TaskRecipe {
    static final List<Metric> ALLOWED =
        List.of(Metric.LOSS, Metric.ACCURACY, Metric.MACRO_F1, Metric.F1, Metric.MATTHEWS);

    public Classification {
      labels = labels.map(TaskRecipe::checkedLabels);
      metrics = checked(metrics);
      if (metrics.contains(Metric.F1) && positiveLabel.isEmpty()) {
        throw new IllegalArgumentException(
            "positive_label: expected the class that the metric f1 is about, found nothing");
      }
      if (positiveLabel.isPresent()
          && labels.isPresent()
          && !labels.get().contains(positiveLabel.get())) {
        throw new IllegalArgumentException(
            "positive_label: expected one of "
                + Quoted.list(labels.get())
                + ", found "
                + Quoted.text(positiveLabel.get()));
      }
    }

    @Override
    public String type() {
      return CLASSIFICATION;
    }

    @Override
    public Classified classified() {
      return Classified.TEXTS;
    }

    @Override
    public Classification withLabels(List<String> found) {
      return new Classification(pooling, Optional.of(found), positiveLabel, metrics);
    }
  }

  /**
   * The class of a picture.
   *
   * @param labels all classes; empty for those that the training data has. Those of the model's
   *     head are used, in its order, where they include them
   */
  record ImageClassification(Optional<List<String>> labels, List<Metric> metrics)
      implements TaskRecipe {
    static final List<Metric> ALLOWED =
        List.of(Metric.LOSS, Metric.ACCURACY, Metric.MACRO_F1, Metric.MATTHEWS);

    public ImageClassification {
      labels = labels.map(TaskRecipe::checkedLabels);
      metrics = checked(metrics);
    }

    @Override
    public String type() {
      return IMAGE_CLASSIFICATION;
    }

    @Override
    public Classified classified() {
      return Classified.IMAGES;
    }

    @Override
    public ImageClassification withLabels(List<String> found) {
      return new ImageClassification(Optional.of(found), metrics);
    }
  }

  /**
   * A number for a text, or for a pair of texts.
   *
   * @param pooling how the head sees it; empty for the model's way
   */
  record Regression(Optional<Pooling> pooling, List<Metric> metrics) implements TaskRecipe {
    static final List<Metric> ALLOWED =
        List.of(Metric.LOSS, Metric.PEARSON, Metric.SPEARMAN, Metric.MEAN_SQUARED_ERROR);

    public Regression {
      metrics = checked(metrics);
    }

    @Override
    public String type() {
      return REGRESSION;
    }
  }

  private static List<String> checkedLabels(List<String> labels) {
    if (labels.size() < 2 || labels.stream().distinct().count() != labels.size()) {
      throw new IllegalArgumentException(
          "labels: expected at least two labels, each once, found " + Quoted.list(labels));
    }
    return List.copyOf(labels);
  }

  private static List<Metric> checked(List<Metric> metrics) {
    if (metrics.isEmpty() || metrics.stream().distinct().count() != metrics.size()) {
      throw new IllegalArgumentException(
          "metrics: expected at least one, each once, found "
              + metrics.stream().map(Metric::label).toList());
    }
    return List.copyOf(metrics);
  }
}
