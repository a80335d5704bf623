package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.DataAccount;
import dev.statecraft.data.LabelVocabulary;
import dev.statecraft.data.TextColumns;
import dev.statecraft.data.TokenLengths;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.HeadMatch;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.TextClassTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Classes of texts. */
record TextClassRecipe(Recipe recipe, TaskRecipe.Classification section) implements RecipeTask {
  @Override
  public TextClassTask task() {
    return task(RecipeTask.labels(section));
  }

  private TextClassTask task(List<String> labels) {
    return new TextClassTask(
        labels, section.pooling().map(RecipeTask::pooling), section.positiveLabel());
  }

  @Override
  public Preparation prepare(
      Preparation.Purpose purpose, PretrainedModel model, Inputs inputs, DataNotes notes) {
    TextColumns columns = TextRows.columns(recipe);
    RecipeRows rows =
        new RecipeRows(
            recipe.data(),
            recipe.train().seed(),
            inputs,
            Optional.of(row -> row.label(columns.label())));
    TextRows texts = new TextRows(recipe, model, rows, columns);
    List<String> labels =
        section.labels().orElseGet(() -> LabelVocabulary.ofLabels(rows.labels()).labels());
    boolean keepsHead = true;
    if (!purpose.hasHead() || section.labels().isEmpty()) {
      HeadMatch head = model.head(task(labels).model(model), labels);
      labels = head.labels();
      keepsHead = head.kept();
      notes.note(head.note());
    }
    TextClassTask task = task(labels);
    Optional<ExampleSet> learned =
        purpose.training(() -> examples(DataNotes.TRAINING, texts.training(), texts, task, notes));
    Optional<ExampleSet> held =
        rows.held(() -> examples(DataNotes.EVALUATION, texts.heldOut(), texts, task, notes));
    return new Preparation(
        task.model(model), learned, held, recipe.withLabels(labels), keepsHead, notes.accounts());
  }

  private static ExampleSet examples(
      String part, TextRows.Part source, TextRows rows, TextClassTask task, DataNotes notes) {
    LabelVocabulary vocabulary = new LabelVocabulary(task.labels());
    List<Integer> classes = new ArrayList<>();
    TokenLengths.Counter lengths = rows.lengths();
    List<EncodedText> texts =
        rows.encoded(source, example -> classes.add(vocabulary.index(example)), lengths);
    notes.read(
        part,
        new DataAccount(
            texts.size(), vocabulary.counts(classes), Optional.of(lengths.lengths()), Map.of()));
    notes.spilled(part, texts);
    return task.examples(rows.input(), texts, classes);
  }

  @Override
  public Answering classifier(PretrainedModel model, Graph graph, Weights weights) {
    return TextClassifier.of(RecipeTask.labels(section), recipe, model, graph, weights);
  }
}
