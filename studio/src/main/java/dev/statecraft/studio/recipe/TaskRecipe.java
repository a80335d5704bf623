package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is learned. The first metric decides which evaluation is the best. */
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

  TaskKeys KEYS = new TaskKeys();

  /** The settings of {@link #KEYS}. */
  Settings settings();

  /** The word for the task in recipes. */
  default String type() {
    return settings().get(KEYS.type);
  }

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

  /** How the head sees a sequence; empty for the model's way, or if it has no such head. */
  default Optional<Pooling> pooling() {
    return Optional.empty();
  }

  /**
   * The same with the classes that the training data turned out to have.
   *
   * @throws IllegalArgumentException if it is no classification
   */
  default TaskRecipe withLabels(List<String> labels) {
    throw new IllegalArgumentException("labels: only for classification, this is " + type());
  }

  /** The mapping {@code task}, or the word for it alone. */
  static Type<TaskRecipe> type(TaskKeys keys) {
    return Type.of(
            Kind.choice(TYPES).orMapping(keys.type.name()),
            (recipe, key) ->
                keys.read(
                    recipe.section().shorthand(key, keys.type.name()),
                    Optional.of(recipe),
                    TaskRecipe::of),
            task -> keys.write(task.settings()))
        .with(keys);
  }

  private static TaskRecipe of(Settings settings) {
    return switch (settings.get(KEYS.type)) {
      case CAUSAL_LM -> new CausalLm(settings);
      case CLASSIFICATION -> new Classification(settings);
      case REGRESSION -> new Regression(settings);
      case IMAGE_CLASSIFICATION -> new ImageClassification(settings);
      default -> throw new IllegalArgumentException("no such task: " + settings);
    };
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
      throw new UsageException("pooling: expected cls or mean, found '" + label + "'");
    }
  }

  /** The next token of a text. */
  record CausalLm(Settings settings) implements TaskRecipe {
    @Override
    public List<Metric> metrics() {
      return settings.get(KEYS.causalLmMetrics);
    }
  }

  /** The class of a text, or of a pair of texts. */
  record Classification(Settings settings) implements TaskRecipe {
    @Override
    public Optional<Pooling> pooling() {
      return settings.get(KEYS.pooling);
    }

    /**
     * All classes; empty for those that the training data has. Those of the model's head are used,
     * in its order, where they include them.
     */
    @Override
    public Optional<List<String>> labels() {
      return settings.get(KEYS.labels);
    }

    /** The class whose F1 the metric {@code f1} is. */
    public Optional<String> positiveLabel() {
      return settings.get(KEYS.positiveLabel);
    }

    @Override
    public List<Metric> metrics() {
      return settings.get(KEYS.classificationMetrics);
    }

    @Override
    public Classification withLabels(List<String> labels) {
      return new Classification(settings.with(KEYS.labels, Optional.of(List.copyOf(labels))));
    }

    @Override
    public Classified classified() {
      return Classified.TEXTS;
    }
  }

  /** The class of a picture. */
  record ImageClassification(Settings settings) implements TaskRecipe {
    /**
     * All classes; empty for those that the training data has. Those of the model's head are used,
     * in its order, where they include them.
     */
    @Override
    public Optional<List<String>> labels() {
      return settings.get(KEYS.imageLabels);
    }

    @Override
    public Classified classified() {
      return Classified.IMAGES;
    }

    @Override
    public List<Metric> metrics() {
      return settings.get(KEYS.imageMetrics);
    }

    @Override
    public ImageClassification withLabels(List<String> labels) {
      return new ImageClassification(
          settings.with(KEYS.imageLabels, Optional.of(List.copyOf(labels))));
    }
  }

  /** A number for a text, or for a pair of texts. */
  record Regression(Settings settings) implements TaskRecipe {
    @Override
    public Optional<Pooling> pooling() {
      return settings.get(KEYS.pooling);
    }

    @Override
    public List<Metric> metrics() {
      return settings.get(KEYS.regressionMetrics);
    }
  }
}
