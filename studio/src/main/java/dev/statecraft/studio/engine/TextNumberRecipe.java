package dev.statecraft.studio.engine;

import dev.statecraft.data.DataAccount;
import dev.statecraft.data.TokenLengths;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.TextNumberTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Numbers for texts. */
record TextNumberRecipe(Recipe recipe, TaskRecipe.Regression section) implements RecipeTask {
  @Override
  public TextNumberTask task() {
    return new TextNumberTask(section.pooling().map(RecipeTask::pooling));
  }

  @Override
  public Preparation prepare(
      Preparation.Purpose purpose, PretrainedModel model, Inputs inputs, DataNotes notes) {
    RecipeRows rows =
        new RecipeRows(recipe.data(), recipe.train().seed(), inputs, Optional.empty());
    TextRows texts = new TextRows(recipe, model, rows, TextRows.columns(recipe));
    TaskModel family = model(model);
    if (!purpose.hasHead()) {
      notes.note(
          model.headOutputs(family) == 1
              ? "the model's head for numbers is kept"
              : "the head is new, as the model has none for numbers");
    }
    Optional<ExampleSet> learned =
        purpose.training(() -> examples(DataNotes.TRAINING, texts.training(), texts, notes));
    Optional<ExampleSet> held =
        rows.held(() -> examples(DataNotes.EVALUATION, texts.heldOut(), texts, notes));
    return new Preparation(family, learned, held, recipe, true, notes.accounts());
  }

  private ExampleSet examples(String part, TextRows.Part source, TextRows rows, DataNotes notes) {
    List<Double> numbers = new ArrayList<>();
    TokenLengths.Counter lengths = rows.lengths();
    List<EncodedText> texts =
        rows.encoded(source, example -> numbers.add(example.score()), lengths);
    notes.read(
        part, new DataAccount(texts.size(), Map.of(), Optional.of(lengths.lengths()), Map.of()));
    notes.spilled(part, texts);
    return task().examples(rows.input(), texts, numbers);
  }
}
