package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Metric;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.recipe.TaskRecipe;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.config.BertConfig;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.data.ExampleStore;
import dev.statecraft.models.data.LabelVocabulary;
import dev.statecraft.models.data.LabelledSet;
import dev.statecraft.models.data.Row;
import dev.statecraft.models.data.SegmentEncoder;
import dev.statecraft.models.data.TextColumns;
import dev.statecraft.models.data.TextExample;
import dev.statecraft.models.family.Head;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.task.CausalExamples;
import dev.statecraft.models.task.ClassExamples;
import dev.statecraft.models.task.EncodedText;
import dev.statecraft.models.task.EncodedTextBuilder;
import dev.statecraft.models.task.ExampleSet;
import dev.statecraft.models.task.NumberExamples;
import dev.statecraft.models.train.ByteSize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
  static Preparation ofTraining(
      Recipe recipe, PretrainedModel model, Inputs inputs, Consumer<String> notes) {
    return of(recipe, model, inputs, notes, true);
  }

  /** Reads the recipe's data for an evaluation alone. */
  static Preparation ofEvaluation(
      Recipe recipe, PretrainedModel model, Inputs inputs, Consumer<String> notes) {
    return of(recipe, model, inputs, notes, false);
  }

  private static Preparation of(
      Recipe recipe,
      PretrainedModel model,
      Inputs inputs,
      Consumer<String> notes,
      boolean forTraining) {
    return recipe.task() instanceof TaskRecipe.ImageClassification task
        ? ImagePreparation.of(recipe, task, model, inputs, notes).prepare(forTraining)
        : Preparer.of(recipe, model, inputs, notes).prepare(forTraining);
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
  private record Preparer(
      Recipe recipe, PretrainedModel model, RecipeRows rows, Consumer<String> notes) {
    static Preparer of(
        Recipe recipe, PretrainedModel model, Inputs inputs, Consumer<String> notes) {
      RecipeRows rows = new RecipeRows(recipe.data(), recipe.train().seed(), inputs);
      return new Preparer(recipe, model, rows, notes);
    }

    Preparation prepare(boolean forTraining) {
      return recipe.task() instanceof TaskRecipe.CausalLm
          ? causal(forTraining)
          : texts(forTraining);
    }

    private Preparation causal(boolean forTraining) {
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
          when(forTraining, () -> causal("training", rows::training, encoder, longest)),
          when(rows.hasHeldOut(), () -> causal("evaluation", rows::heldOut, encoder, longest)),
          recipe);
    }

    private static <T> Optional<T> when(boolean wanted, Supplier<T> value) {
      return wanted ? Optional.of(value.get()) : Optional.empty();
    }

    private ExampleSet causal(
        String what, Consumer<Consumer<Row>> source, SegmentEncoder encoder, int longest) {
      InstructionRows format =
          new InstructionRows(
              recipe.data().instruction(),
              encoder,
              () -> Models.chatFormat(model),
              note -> notes.accept(what + " data: " + note));
      LabelledSet.Builder builder =
          new LabelledSet.Builder(
              format::segments, format::encode, longest, ExampleStore.Room.ofProcess());
      source.accept(builder);
      format.noteUnread();
      LabelledSet set = builder.build();
      if (!set.skipped().isEmpty() || set.truncated() > 0) {
        notes.accept(what + " data: " + set.summary());
      }
      noteSpilled(what, set.examples());
      boolean accuracy = recipe.task().metrics().contains(Metric.ACCURACY);
      return new CausalExamples(set.examples(), accuracy);
    }

    private void noteSpilled(String what, List<?> examples) {
      if (examples instanceof ExampleStore<?> store && store.spilledBytes() > 0) {
        notes.accept(
            what
                + " data: "
                + ByteSize.shown(store.spilledBytes())
                + " of tokens lie in a temporary file, as they do not fit the heap");
      }
    }

    private Preparation texts(boolean forTraining) {
      TextColumns columns =
          recipe
              .data()
              .columns()
              .orElseThrow(() -> new RecipeException("data.columns: expected text and label"));
      Consumer<Consumer<TextExample>> training =
          examples -> rows.training(row -> examples.accept(columns.example(row)));
      Consumer<Consumer<TextExample>> evaluation =
          examples -> rows.heldOut(row -> examples.accept(columns.example(row)));
      if (recipe.task() instanceof TaskRecipe.Regression) {
        return new Preparation(
            family(recipe, model),
            when(forTraining, () -> numbers("training", training)),
            when(rows.hasHeldOut(), () -> numbers("evaluation", evaluation)),
            recipe);
      }
      TaskRecipe.Classification task = (TaskRecipe.Classification) recipe.task();
      LabelVocabulary vocabulary =
          task.labels().map(LabelVocabulary::new).orElseGet(() -> vocabulary(training));
      Recipe labelled = recipe.withLabels(vocabulary.labels());
      return new Preparation(
          family(labelled, model),
          when(forTraining, () -> classes("training", training, vocabulary, task)),
          when(rows.hasHeldOut(), () -> classes("evaluation", evaluation, vocabulary, task)),
          labelled);
    }

    /** The labels of the training data, for which it is read once more. */
    private static LabelVocabulary vocabulary(Consumer<Consumer<TextExample>> training) {
      Set<String> labels = new HashSet<>();
      training.accept(example -> labels.add(example.label()));
      return LabelVocabulary.ofLabels(labels);
    }

    private ExampleSet classes(
        String what,
        Consumer<Consumer<TextExample>> source,
        LabelVocabulary vocabulary,
        TaskRecipe.Classification task) {
      List<Integer> classes = new ArrayList<>();
      List<EncodedText> texts =
          encoded(what, source, example -> classes.add(vocabulary.index(example)));
      OptionalInt positive =
          task.positiveLabel().stream().mapToInt(vocabulary.labels()::indexOf).findFirst();
      return new ClassExamples(
          texts, classes, vocabulary.size(), positive, config().firstPosition());
    }

    private ExampleSet numbers(String what, Consumer<Consumer<TextExample>> source) {
      List<Double> numbers = new ArrayList<>();
      List<EncodedText> texts = encoded(what, source, example -> numbers.add(example.score()));
      return new NumberExamples(texts, numbers, config().firstPosition());
    }

    private List<EncodedText> encoded(
        String what, Consumer<Consumer<TextExample>> source, Consumer<TextExample> label) {
      int longest = Math.min(recipe.data().maxLength(), config().maxTokens());
      EncodedTextBuilder texts =
          new EncodedTextBuilder(
              model.tokenizer(), longest, config().typeVocabSize(), ExampleStore.Room.ofProcess());
      source.accept(label.andThen(texts));
      List<EncodedText> encoded = texts.build();
      noteSpilled(what, encoded);
      return encoded;
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
