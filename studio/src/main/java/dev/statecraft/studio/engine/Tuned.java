package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model's graph with its adapter, if it has one, and where their weights come from.
 *
 * @param graph tuned as the adapter says, or frozen
 * @param source the model's weights under the adapter's
 * @param adapter open until this is closed
 */
record Tuned(Graph graph, WeightSource source, Optional<Adapter> adapter) implements AutoCloseable {
  static Tuned of(
      PretrainedModel model, TaskModel family, Optional<Path> folder, UserFunctions functions)
      throws IOException {
    return of(model, family, true, folder, functions);
  }

  /**
   * As it says.
   *
   * @param keepHead whether the model's own head is that of the task; an adapter's head always is
   * @param functions what the program has of its own, which the adapter can name
   */
  static Tuned of(
      PretrainedModel model,
      TaskModel family,
      boolean keepHead,
      Optional<Path> folder,
      UserFunctions functions)
      throws IOException {
    if (folder.isEmpty()) {
      Graph graph = family.graph();
      return new Tuned(graph, model.weights(graph, keepHead), Optional.empty());
    }
    Adapter adapter = AdapterFolder.open(folder.get(), functions);
    Graph graph = adapter.graph(family);
    return new Tuned(
        graph, adapter.weights(family, model.weights(graph, keepHead)), Optional.of(adapter));
  }

  /** Whether an adapter brings a head of its own. */
  static boolean hasHead(Optional<Path> folder, UserFunctions functions) throws IOException {
    if (folder.isEmpty()) {
      return false;
    }
    try (Adapter adapter = AdapterFolder.open(folder.get(), functions)) {
      return adapter.headOutputs().isPresent();
    }
  }

  /** The weights, which nobody trains any more. */
  Weights weights(Torch torch, DType dtype, Quantization quantization) {
    return Weights.load(torch, graph, dtype, quantization, source, 0).settle();
  }

  @Override
  public void close() {
    adapter.ifPresent(Adapter::close);
  }
}
