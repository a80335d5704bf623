package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.DataAccount;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.LabelVocabulary;
import dev.statecraft.data.LabelledSet;
import dev.statecraft.data.Row;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.data.TextColumns;
import dev.statecraft.data.TextExample;
import dev.statecraft.data.TokenLengths;
import dev.statecraft.data.TokenLimits;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.HeadMatch;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.pretrained.TextEncoder;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.task.CausalExamples;
import dev.statecraft.training.task.ClassExamples;
import dev.statecraft.training.task.EncodedTextBuilder;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.NumberExamples;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One reading of a recipe's files of texts: what {@link Preparation} asks for. */
record Preparer(Recipe recipe, PretrainedModel model, RecipeRows rows, DataNotes notes) {
  static Preparer of(Recipe recipe, PretrainedModel model, Inputs inputs, DataNotes notes) {
    Optional<TextColumns> classes =
        recipe.task() instanceof TaskRecipe.Classification
            ? recipe.data().columns()
            : Optional.empty();
    RecipeRows rows =
        new RecipeRows(
            recipe.data(),
            recipe.train().seed(),
            inputs,
            classes.map(columns -> row -> row.label(columns.label())));
    return new Preparer(recipe, model, rows, notes);
  }

  Preparation prepare(Preparation.Purpose purpose) {
    return recipe.task() instanceof TaskRecipe.CausalLm ? causal(purpose) : texts(purpose);
  }

  private Preparation causal(Preparation.Purpose purpose) {
    TokenInput input = model.causalLm().input().tokens().orElseThrow();
    SpecialTokens special = Models.specialTokens(model);
    if (special.eosId().isEmpty()) {
      notes.note(
          model.name()
              + ": no token ends a text (eos_token, eos_token_id); the tuned model will not learn"
              + " to stop");
    }
    SegmentEncoder encoder =
        new SegmentEncoder(model.tokenizer()::encode, special.bosId(), special.eosId());
    Set<InstructionFormat> formats = EnumSet.noneOf(InstructionFormat.class);
    TokenLimits limits =
        new TokenLimits(
            Math.min(recipe.data().maxLength(), input.maxTokens()),
            input.vocabSize(),
            model.tokenizer().truncation().side(),
            special.bosId());
    Optional<ExampleSet> training =
        when(
            purpose.trains(),
            () -> causal(DataNotes.TRAINING, rows::training, encoder, limits, formats));
    Optional<ExampleSet> evaluation =
        when(
            rows.hasHeldOut(),
            () -> causal(DataNotes.EVALUATION, rows::heldOut, encoder, limits, formats));
    // What was seen is kept with the run, so that generation can write prompts as it did.
    Recipe seen =
        purpose.trains() && formats.size() == 1
            ? recipe.withData(recipe.data().withInstruction(formats.iterator().next()))
            : recipe;
    return new Preparation(model.causalLm(), training, evaluation, seen, true, notes.accounts());
  }

  private static <T> Optional<T> when(boolean wanted, Supplier<T> value) {
    return wanted ? Optional.of(value.get()) : Optional.empty();
  }

  private ExampleSet causal(
      String part,
      Consumer<Consumer<Row>> source,
      SegmentEncoder encoder,
      TokenLimits limits,
      Set<InstructionFormat> formats) {
    InstructionRows format =
        new InstructionRows(
            recipe.data().instruction(),
            encoder,
            () -> Models.chatFormat(model),
            note -> notes.note(part, note));
    TokenLengths.Counter lengths = new TokenLengths.Counter(limits.maxLength());
    LabelledSet.Builder builder =
        new LabelledSet.Builder(
            format::segments, format::encode, limits, ExampleStore.Room.ofProcess(), lengths);
    source.accept(builder);
    format.noteUnread();
    format.format().ifPresent(formats::add);
    LabelledSet set = builder.build();
    Map<String, Integer> leftOut = new LinkedHashMap<>();
    set.skippedByReason().forEach((reason, count) -> leftOut.put(reason.text(), count));
    notes.read(
        part,
        new DataAccount(set.examples().size(), Map.of(), Optional.of(lengths.lengths()), leftOut));
    notes.spilled(part, set.examples());
    boolean tokenAccuracy = recipe.task().metrics().contains(Metric.TOKEN_ACCURACY);
    return new CausalExamples(set.examples(), tokenAccuracy);
  }

  private Preparation texts(Preparation.Purpose purpose) {
    TextColumns columns =
        recipe
            .data()
            .columns()
            .orElseThrow(() -> new RecipeException("data.columns: expected text and label"));
    Consumer<Consumer<TextExample>> training =
        examples -> rows.training(row -> examples.accept(columns.example(row)));
    Consumer<Consumer<TextExample>> evaluation =
        examples -> rows.heldOut(row -> examples.accept(columns.example(row)));
    return recipe.task() instanceof TaskRecipe.Classification task
        ? classes(task, purpose, training, evaluation)
        : numbers(purpose, training, evaluation);
  }

  private Preparation numbers(
      Preparation.Purpose purpose,
      Consumer<Consumer<TextExample>> training,
      Consumer<Consumer<TextExample>> evaluation) {
    TaskModel family = Preparation.family(recipe, model);
    if (!purpose.hasHead()) {
      int outputs = model.headOutputs(family);
      notes.note(
          outputs == 1
              ? "the model's head for numbers is kept"
              : "the head is new, as the model has none for numbers");
    }
    Optional<ExampleSet> learned =
        when(purpose.trains(), () -> numbers(DataNotes.TRAINING, training));
    Optional<ExampleSet> held =
        when(rows.hasHeldOut(), () -> numbers(DataNotes.EVALUATION, evaluation));
    return new Preparation(family, learned, held, recipe, true, notes.accounts());
  }

  private Preparation classes(
      TaskRecipe.Classification task,
      Preparation.Purpose purpose,
      Consumer<Consumer<TextExample>> training,
      Consumer<Consumer<TextExample>> evaluation) {
    List<String> labels =
        task.labels().orElseGet(() -> LabelVocabulary.ofLabels(rows.labels()).labels());
    boolean keepsHead = true;
    if (!purpose.hasHead() || task.labels().isEmpty()) {
      HeadMatch head = model.head(Preparation.family(recipe.withLabels(labels), model), labels);
      labels = head.labels();
      keepsHead = head.kept();
      notes.note(head.note());
    }
    LabelVocabulary vocabulary = new LabelVocabulary(labels);
    Recipe labelled = recipe.withLabels(labels);
    Optional<ExampleSet> learned =
        when(purpose.trains(), () -> classes(DataNotes.TRAINING, training, vocabulary, task));
    Optional<ExampleSet> held =
        when(rows.hasHeldOut(), () -> classes(DataNotes.EVALUATION, evaluation, vocabulary, task));
    return new Preparation(
        Preparation.family(labelled, model), learned, held, labelled, keepsHead, notes.accounts());
  }

  private ExampleSet classes(
      String part,
      Consumer<Consumer<TextExample>> source,
      LabelVocabulary vocabulary,
      TaskRecipe.Classification task) {
    List<Integer> classes = new ArrayList<>();
    TokenLengths.Counter lengths = new TokenLengths.Counter(encoder().maxLength());
    List<EncodedText> texts =
        encoded(source, example -> classes.add(vocabulary.index(example)), lengths);
    notes.read(
        part,
        new DataAccount(
            texts.size(), vocabulary.counts(classes), Optional.of(lengths.lengths()), Map.of()));
    notes.spilled(part, texts);
    OptionalInt positive =
        task.positiveLabel().stream().mapToInt(vocabulary.labels()::indexOf).findFirst();
    return new ClassExamples(texts, classes, vocabulary.size(), positive, input());
  }

  private ExampleSet numbers(String part, Consumer<Consumer<TextExample>> source) {
    List<Double> numbers = new ArrayList<>();
    TokenLengths.Counter lengths = new TokenLengths.Counter(encoder().maxLength());
    List<EncodedText> texts = encoded(source, example -> numbers.add(example.score()), lengths);
    notes.read(
        part, new DataAccount(texts.size(), Map.of(), Optional.of(lengths.lengths()), Map.of()));
    notes.spilled(part, texts);
    return new NumberExamples(texts, numbers, input());
  }

  private List<EncodedText> encoded(
      Consumer<Consumer<TextExample>> source,
      Consumer<TextExample> label,
      TokenLengths.Counter lengths) {
    EncodedTextBuilder texts =
        new EncodedTextBuilder(encoder(), ExampleStore.Room.ofProcess(), lengths);
    source.accept(label.andThen(texts));
    return texts.build();
  }

  private TextEncoder encoder() {
    return new TextEncoder(model.tokenizer(), input(), recipe.data().maxLength());
  }

  private TokenInput input() {
    if (model.config().kind() == ModelKind.TEXT_ENCODER) {
      return model.backbone().input().tokens().orElseThrow();
    }
    throw new InvalidInputException(
        model.name()
            + ": expected a text encoder for "
            + recipe.task().type()
            + ", found "
            + model.config().modelType());
  }
}
