package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Opens what an {@linkplain Advising advice} is about.
 *
 * @param inputs what finds models and files
 * @param sessions opens them
 * @param notes is told what is being done
 */
record AdviceRun(Inputs inputs, Sessions sessions, Consumer<String> notes) {
  /** Classes of a model of which only the sizes are known. */
  private static final int CLASSES = 2;

  Advice of(AdviseRequest request) throws IOException {
    return request.dry() ? dry(request) : measured(request);
  }

  /** A step of the recipe's batch of its longest examples, of which no file is read. */
  private Advice dry(AdviseRequest request) throws IOException {
    Recipe recipe = request.recipe();
    TaskModel family = family(config(recipe.model()), recipe.task());
    int count = recipe.train().batchSize();
    int length = recipe.data().maxLength();
    notes.accept(
        "nothing is measured: sizes are those of a batch of "
            + count
            + " examples of "
            + length
            + " tokens, and edges are chosen evenly, unless it is first or last ones");
    try (Torch torch = Torch.dry(recipe.train().device())) {
      return new Advising(
              request,
              family,
              new SizedExamples(family, Collections.nCopies(count, length)),
              String::valueOf,
              torch,
              inputs.functions(),
              notes)
          .dry();
    }
  }

  /**
   * The model with the head of a task of which no data is known.
   *
   * @throws UsageException if a model of its kind does not learn that task
   */
  static TaskModel family(ModelConfig config, TaskRecipe task) {
    boolean writes = config.kind() == ModelKind.CAUSAL_LM;
    boolean pictures = config.kind() == ModelKind.IMAGE_CLASSIFIER;
    boolean fits =
        switch (task.type()) {
          case TaskRecipe.CAUSAL_LM -> writes;
          case TaskRecipe.IMAGE_CLASSIFICATION -> pictures;
          default -> !writes && !pictures;
        };
    if (!fits) {
      throw new UsageException(
          "task: expected one for a model of the type "
              + config.modelType()
              + ", found "
              + task.type());
    }
    Backbone backbone = config.backbone();
    if (writes) {
      return TaskModel.causalLm(backbone);
    }
    Pooling pooling =
        task.pooling().map(RecipeTask::pooling).orElseGet(() -> TaskModel.usualPooling(backbone));
    return task.type().equals(TaskRecipe.REGRESSION)
        ? TaskModel.regression(backbone, pooling)
        : TaskModel.classifier(backbone, task.labels().map(List::size).orElse(CLASSES), pooling);
  }

  private ModelConfig config(String model) throws IOException {
    if (model.startsWith(Recipe.BUILTIN)) {
      try (PretrainedModel open = inputs.open(model)) {
        return open.config();
      }
    }
    Path named = inputs.config(model);
    return Families.read(Files.isDirectory(named) ? named.resolve("config.json") : named);
  }

  private Advice measured(AdviseRequest request) throws IOException {
    Recipe recipe = request.recipe();
    try (PretrainedModel model = inputs.open(recipe.model());
        Torch torch = sessions.open(recipe)) {
      Torch.environmentWarnings().forEach(notes);
      model.notes().forEach(notes);
      Preparation prepared =
          Preparation.of(recipe, model, inputs, notes, Preparation.Purpose.TRAINING);
      return new Advising(
              request,
              prepared.family(),
              prepared.training().orElseThrow(),
              names(prepared, model),
              torch,
              inputs.functions(),
              notes)
          .measured(prepared.weights(model, prepared.family().graph()));
    }
  }

  private static IntFunction<String> names(Preparation prepared, PretrainedModel model) {
    if (prepared.family().writesTexts()) {
      return id -> model.tokenizer().decode(new int[] {id}, false);
    }
    Optional<List<String>> labels = prepared.recipe().task().labels();
    return output -> labels.map(list -> list.get(output)).orElseGet(() -> String.valueOf(output));
  }
}
