package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.nio.file.Path;
import java.util.Optional;

/** A model's graph with its adapter, if it has one, and where their weights come from. */
record Tuned(Graph graph, WeightSource source) {
  static Tuned of(PretrainedModel model, ModelFamily family, Optional<Path> adapter) {
    Graph graph = family.graph();
    return new Tuned(graph, model.weights(graph));
  }

  Weights weights(Torch torch, DType dtype) {
    return Weights.load(torch, graph, dtype, source, 0);
  }

  static void save(Path folder, Recipe recipe, ModelFamily family, Graph graph, Weights weights) {}
}
