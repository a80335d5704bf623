package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.DataRecipe;
import dev.statecraft.cli.recipe.Metric;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.recipe.TaskRecipe;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.config.BertConfig;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.data.DataReader;
import dev.statecraft.models.data.DatasetSplit;
import dev.statecraft.models.data.InstructionFormat;
import dev.statecraft.models.data.LabelVocabulary;
import dev.statecraft.models.data.LabelledSet;
import dev.statecraft.models.data.Row;
import dev.statecraft.models.data.SegmentEncoder;
import dev.statecraft.models.data.Subset;
import dev.statecraft.models.data.TextColumns;
import dev.statecraft.models.data.TextExample;
import dev.statecraft.models.family.Head;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.task.CausalExamples;
import dev.statecraft.models.task.ClassExamples;
import dev.statecraft.models.task.EncodedText;
import dev.statecraft.models.task.ExampleSet;
import dev.statecraft.models.task.NumberExamples;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A recipe's model and data made ready for its task.
 *
 * @param family the model with the task's head
 * @param training what is learned from; empty if only an evaluation is prepared
 * @param validation what is evaluated on, if anything
 * @param recipe with the labels that the data turned out to have
 */
record Preparation(
    ModelFamily family,
    Optional<ExampleSet> training,
    Optional<ExampleSet> validation,
    Recipe recipe) {

  /** Reads the recipe's data for training. */
  static Preparation ofTraining(Recipe recipe, PretrainedModel model, Consumer<String> notes) {
    return new Preparer(recipe, model, notes).prepare(true);
  }

  /** Reads the recipe's data for an evaluation alone. */
  static Preparation ofEvaluation(Recipe recipe, PretrainedModel model, Consumer<String> notes) {
    return new Preparer(recipe, model, notes).prepare(false);
  }

  /** The model with the head that a recipe with known labels gives it. */
  static ModelFamily family(Recipe recipe, PretrainedModel model) {
    if (recipe.task() instanceof TaskRecipe.Classification task) {
      List<String> labels =
          task.labels()
              .orElseThrow(() -> new RecipeException("task.labels: expected the run's labels"));
      return model.encoder(labels.size(), false, task.pooling().map(Preparation::pooling));
    }
    if (recipe.task() instanceof TaskRecipe.ImageClassification task) {
      return ImagePreparation.family(task, model);
    }
    if (recipe.task() instanceof TaskRecipe.Regression task) {
      return model.encoder(1, true, task.pooling().map(Preparation::pooling));
    }
    return model.causalLm();
  }

  private static Head.Pooling pooling(TaskRecipe.Pooling pooling) {
    return pooling == TaskRecipe.Pooling.CLS ? Head.Pooling.FIRST : Head.Pooling.MEAN;
  }

  /** One reading of a recipe's files. */
  private record Preparer(Recipe recipe, PretrainedModel model, Consumer<String> notes) {
    Preparation prepare(boolean forTraining) {
      if (recipe.task() instanceof TaskRecipe.ImageClassification task) {
        return ImagePreparation.of(recipe, task, model, notes).prepare(forTraining);
      }
      DataRecipe data = recipe.data();
      List<Row> rows = List.of();
      Optional<List<Row>> heldOut = Optional.empty();
      if (data.validation() instanceof DataRecipe.HeldOut other) {
        heldOut = Optional.of(DataReader.read(other.file().path(), other.file().format()));
      }
      if (forTraining || heldOut.isEmpty()) {
        rows = DataReader.read(data.train().path(), data.train().format());
      }
      if (data.validation() instanceof DataRecipe.Split split) {
        DatasetSplit<Row> parts =
            DatasetSplit.random(rows, split.fraction(), recipe.train().seed());
        rows = parts.train();
        heldOut = Optional.of(parts.heldOut());
      }
      if (data.maxExamples().isPresent() && !rows.isEmpty()) {
        rows = Subset.random(rows, data.maxExamples().get(), recipe.train().seed());
      }
      if (recipe.task() instanceof TaskRecipe.CausalLm) {
        return causal(forTraining ? rows : List.of(), heldOut);
      }
      return texts(forTraining ? rows : List.of(), heldOut);
    }

    private Preparation causal(List<Row> rows, Optional<List<Row>> heldOut) {
      LlamaConfig config = model.causalLm().config();
      int longest = Math.min(recipe.data().maxLength(), config.maxPositionEmbeddings());
      SegmentEncoder encoder =
          new SegmentEncoder(
              model.tokenizer()::encode,
              Models.specialTokens(model).bosId(),
              config.eosTokenIds().isEmpty()
                  ? OptionalInt.empty()
                  : OptionalInt.of(config.eosTokenIds().get(0)));
      return new Preparation(
          model.causalLm(),
          rows.isEmpty()
              ? Optional.empty()
              : Optional.of(causal("training", rows, encoder, longest)),
          heldOut.map(held -> causal("evaluation", held, encoder, longest)),
          recipe);
    }

    private ExampleSet causal(String what, List<Row> rows, SegmentEncoder encoder, int longest) {
      if (rows.isEmpty()) {
        throw new InvalidInputException("the " + what + " data: expected examples, found none");
      }
      InstructionFormat format =
          recipe.data().instruction().orElseGet(() -> InstructionFormat.detect(rows.get(0)));
      LabelledSet set = LabelledSet.of(rows, format::segments, encoder, longest);
      if (!set.skipped().isEmpty() || set.truncated() > 0) {
        notes.accept(what + " data: " + set.summary());
      }
      boolean accuracy = recipe.task().metrics().contains(Metric.ACCURACY);
      return new CausalExamples(set.examples(), accuracy);
    }

    private Preparation texts(List<Row> rows, Optional<List<Row>> heldOut) {
      TextColumns columns =
          recipe
              .data()
              .columns()
              .orElseThrow(() -> new RecipeException("data.columns: expected text and label"));
      List<TextExample> training = columns.examples(rows);
      Optional<List<TextExample>> evaluation = heldOut.map(columns::examples);
      if (recipe.task() instanceof TaskRecipe.Regression) {
        return new Preparation(
            family(recipe, model),
            training.isEmpty() ? Optional.empty() : Optional.of(numbers(training)),
            evaluation.map(this::numbers),
            recipe);
      }
      TaskRecipe.Classification task = (TaskRecipe.Classification) recipe.task();
      LabelVocabulary vocabulary =
          task.labels().map(LabelVocabulary::new).orElseGet(() -> vocabulary(training));
      Recipe labelled = recipe.withLabels(vocabulary.labels());
      return new Preparation(
          family(labelled, model),
          training.isEmpty() ? Optional.empty() : Optional.of(classes(training, vocabulary, task)),
          evaluation.map(examples -> classes(examples, vocabulary, task)),
          labelled);
    }

    /** The labels of the training data, read again if only an evaluation is prepared. */
    private LabelVocabulary vocabulary(List<TextExample> training) {
      if (!training.isEmpty()) {
        return LabelVocabulary.of(training);
      }
      DataRecipe.DataFile file = recipe.data().train();
      return LabelVocabulary.of(
          recipe
              .data()
              .columns()
              .orElseThrow()
              .examples(DataReader.read(file.path(), file.format())));
    }

    private ExampleSet classes(
        List<TextExample> examples, LabelVocabulary vocabulary, TaskRecipe.Classification task) {
      int[] indices = vocabulary.indices(examples);
      OptionalInt positive =
          task.positiveLabel().stream().mapToInt(vocabulary.labels()::indexOf).findFirst();
      return new ClassExamples(
          encoded(examples),
          java.util.Arrays.stream(indices).boxed().toList(),
          vocabulary.size(),
          positive,
          config().firstPosition());
    }

    private ExampleSet numbers(List<TextExample> examples) {
      return new NumberExamples(
          encoded(examples),
          examples.stream().map(TextExample::score).toList(),
          config().firstPosition());
    }

    private List<EncodedText> encoded(List<TextExample> examples) {
      int longest = Math.min(recipe.data().maxLength(), config().maxTokens());
      return EncodedText.all(model.tokenizer(), examples, longest, config().typeVocabSize());
    }

    private BertConfig config() {
      if (model.config() instanceof BertConfig bert) {
        return bert;
      }
      throw new InvalidInputException(
          model.name()
              + ": expected a text encoder for "
              + recipe.task().type()
              + ", found "
              + model.config().modelType());
    }
  }
}
