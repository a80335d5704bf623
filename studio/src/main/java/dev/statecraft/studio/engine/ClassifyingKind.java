package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import java.util.List;
import java.util.Optional;

/**
 * Classes are given.
 *
 * @param recipe names the labels of the model itself; where an adapter's run is not known, it says
 *     how texts or images are read
 */
record ClassifyingKind(PretrainedModel model, Recipe recipe) implements AnswerKind {
  @Override
  public Way untuned() {
    return of(recipe);
  }

  /** {@inheritDoc} Its labels are those of its run, or those in its file. */
  @Override
  public Way tuned(AdapterPlace place, Adapter adapter) {
    if (place.owner().isPresent()) {
      return of(place.owner().get().recipe());
    }
    List<String> labels =
        TrainedHead.of(adapter, place.folder().toString())
            .labels()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        place.folder()
                            + ": labels: expected names of the head's outputs, in the adapter or"
                            + " the recipe of its run, found none"));
    RecipeTask task = RecipeTask.of(recipe.withLabels(labels));
    AdapterSource source =
        new AdapterSource(place.folder(), Optional.of(recipe.model()), Optional.empty());
    return new Way(
        OpenAdapter.family(source, model, adapter),
        (graph, weights) -> task.classifier(model, graph, weights));
  }

  /** One of a recipe. */
  Way of(Recipe its) {
    RecipeTask task = RecipeTask.of(its);
    return new Way(task.model(model), (graph, weights) -> task.classifier(model, graph, weights));
  }
}
