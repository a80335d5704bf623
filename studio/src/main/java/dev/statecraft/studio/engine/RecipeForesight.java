package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.data.Row;
import dev.statecraft.data.TextColumns;
import dev.statecraft.data.image.ImageSet;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.ModelDefaults;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Opens each model once, and goes through each data file once; of weights only names are read. */
final class RecipeForesight implements Foresight {
  private static final List<String> ANY_LABELS = List.of("one", "other");

  private final Inputs inputs;
  private final Map<String, PretrainedModel> models = new HashMap<>();
  private final Set<DataRecipe> seen = new HashSet<>();

  RecipeForesight(Inputs inputs) {
    this.inputs = inputs;
  }

  @Override
  public void check(Recipe recipe) {
    TaskModel family =
        RecipeTask.of(labelled(recipe)).model(models.computeIfAbsent(recipe.model(), inputs::open));
    ModelDefaults defaults = Models.defaults(family, inputs.functions());
    // Without a limit, how many steps there are is known when the data has been read.
    ModelDefaults inRun = recipe.train().maxSteps().map(defaults::inRunOf).orElse(defaults);
    recipe.method().tuning(inRun).apply(family.graph());
    if (seen.add(recipe.data())) {
      List<DataRecipe.DataFile> files = new ArrayList<>(recipe.data().train());
      if (recipe.data().validation() instanceof DataRecipe.HeldOut other) {
        files.add(other.file());
      }
      files.forEach(file -> check(recipe, file));
    }
  }

  /** What the classes are, the data says; how many there are changes nothing here. */
  private static Recipe labelled(Recipe recipe) {
    return recipe.task().classified() == TaskRecipe.Classified.NOTHING
        ? recipe
        : recipe.withLabels(ANY_LABELS);
  }

  private void check(Recipe recipe, DataRecipe.DataFile file) {
    if (recipe.data().images().isPresent()) {
      ImageSet.read(
          inputs.path(file),
          recipe.data().images().get().columns(),
          recipe.data().images().get().options(),
          rows -> inputs.forEach(file, rows));
      return;
    }
    Optional<Row> first = first(file);
    if (first.isEmpty()) {
      throw new InvalidInputException(file.name() + ": expected at least one row, found none");
    }
    Row row = first.get().renamed(recipe.data().renamed());
    Optional<TextColumns> columns = recipe.data().columns();
    if (columns.isPresent()) {
      columns.get().example(row);
    } else {
      check(recipe.data().instruction().orElseGet(() -> InstructionFormat.detect(row)), row);
    }
  }

  private static void check(InstructionFormat format, Row row) {
    switch (format) {
      // How they are written is for the model's template to say.
      case MESSAGES -> row.value("messages");
      case SHAREGPT -> row.value("conversations");
      case ALPACA, PROMPT_COMPLETION, TEXT -> format.segments(row);
    }
  }

  private Optional<Row> first(DataRecipe.DataFile file) {
    List<Row> first = new ArrayList<>();
    Consumer<Row> take =
        row -> {
          if (first.isEmpty()) {
            first.add(row);
          }
        };
    inputs.forEach(file, take);
    return first.stream().findFirst();
  }

  @Override
  public void close() {
    models.values().forEach(PretrainedModel::close);
  }
}
