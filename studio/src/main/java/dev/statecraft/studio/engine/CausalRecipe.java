package dev.statecraft.studio.engine;

import dev.statecraft.data.DataAccount;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.LabelledSet;
import dev.statecraft.data.Row;
import dev.statecraft.data.SegmentEncoder;
import dev.statecraft.data.TokenLengths;
import dev.statecraft.data.TokenLimits;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.task.CausalTask;
import dev.statecraft.training.task.ExampleSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Texts whose next tokens are learned. */
record CausalRecipe(Recipe recipe) implements RecipeTask {
  @Override
  public CausalTask task() {
    return new CausalTask(recipe.task().metrics().contains(Metric.TOKEN_ACCURACY));
  }

  @Override
  public Optional<PromptForm> promptForm() {
    return recipe.data().instruction().map(PromptForm::of);
  }

  @Override
  public Preparation prepare(
      Preparation.Purpose purpose, PretrainedModel model, Inputs inputs, DataNotes notes) {
    RecipeRows rows =
        new RecipeRows(recipe.data(), recipe.train().seed(), inputs, Optional.empty());
    TaskModel family = model(model);
    TokenInput input = family.input().tokens().orElseThrow();
    SpecialTokens special = Models.specialTokens(model);
    if (special.eosId().isEmpty()) {
      notes.note(
          model.name()
              + ": no token ends a text (eos_token, eos_token_id); the tuned model will not learn"
              + " to stop");
    }
    Set<InstructionFormat> formats = EnumSet.noneOf(InstructionFormat.class);
    Reading reading =
        new Reading(
            model,
            new SegmentEncoder(model.tokenizer()::encode, special.bosId(), special.eosId()),
            new TokenLimits(
                Math.min(recipe.data().maxLength(), input.maxTokens()),
                input.vocabSize(),
                model.tokenizer().truncation().side(),
                special.bosId()),
            formats,
            notes);
    Optional<ExampleSet> training =
        purpose.training(() -> examples(DataNotes.TRAINING, rows::training, reading));
    Optional<ExampleSet> evaluation =
        rows.held(() -> examples(DataNotes.EVALUATION, rows::heldOut, reading));
    // What was seen is kept with the run, so that generation can write prompts as it did.
    Recipe seen =
        purpose.trains() && formats.size() == 1
            ? recipe.withData(recipe.data().withInstruction(formats.iterator().next()))
            : recipe;
    return new Preparation(family, training, evaluation, seen, true, notes.accounts());
  }

  /**
   * How rows become tokens.
   *
   * @param formats those that were seen are added
   */
  private record Reading(
      PretrainedModel model,
      SegmentEncoder encoder,
      TokenLimits limits,
      Set<InstructionFormat> formats,
      DataNotes notes) {}

  private ExampleSet examples(String part, Consumer<Consumer<Row>> source, Reading reading) {
    DataNotes notes = reading.notes();
    InstructionRows format =
        new InstructionRows(
            recipe.data().instruction(),
            reading.encoder(),
            () -> Models.chatFormat(reading.model()),
            note -> notes.note(part, note));
    TokenLengths.Counter lengths = new TokenLengths.Counter(reading.limits().maxLength());
    LabelledSet.Builder builder =
        new LabelledSet.Builder(
            format::segments,
            format::encode,
            reading.limits(),
            ExampleStore.Room.ofProcess(),
            lengths);
    source.accept(builder);
    format.noteUnread();
    format.format().ifPresent(reading.formats()::add);
    LabelledSet set = builder.build();
    Map<String, Integer> leftOut = new LinkedHashMap<>();
    set.skippedByReason().forEach((reason, count) -> leftOut.put(reason.text(), count));
    notes.read(
        part,
        new DataAccount(set.examples().size(), Map.of(), Optional.of(lengths.lengths()), leftOut));
    notes.spilled(part, set.examples());
    return task().examples(set.examples());
  }
}
