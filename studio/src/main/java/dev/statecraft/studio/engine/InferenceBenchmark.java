package dev.statecraft.studio.engine;

import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.merge.Merge;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.run.PeakMemory;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Measures what methods' edges cost when a model of a given shape answers. A method and the base
 * take turns, pass by pass and token by token, so that what else the machine does hits both alike.
 */
record InferenceBenchmark(InferenceRequest request, ModelConfig config, UserFunctions functions) {
  /** A method's graph, and whether the model's weights could hold what it adds. */
  private record Tuned(Graph graph, boolean mergeable) {}

  static InferenceBenchmark of(InferenceRequest request, UserFunctions functions)
      throws IOException {
    return new InferenceBenchmark(request, Families.read(request.config()), functions);
  }

  /**
   * Measures.
   *
   * @param threads that compute
   * @param leftOut is told of methods that do not fit
   */
  InferenceResult run(int threads, BiConsumer<String, String> leftOut) {
    StepShape shape = StepShape.of(config, request.lengths(), request.compute().dtype(), functions);
    Map<String, Tuned> tuned = tuned(shape, leftOut);
    Map<Integer, List<InferenceRow>> rows = new LinkedHashMap<>();
    request.lengths().forEach(length -> rows.put(length, new ArrayList<>()));
    try (Torch torch = Torch.open(request.compute().device(), threads);
        InferenceModel base = InferenceModel.of(torch, shape.family().graph(), request.compute())) {
      if (tuned.isEmpty()) {
        throw new UsageException("--method: expected one that fits the model, found none");
      }
      tuned.forEach(
          (name, method) -> {
            try (InferenceModel model =
                InferenceModel.of(torch, method.graph(), request.compute())) {
              for (int length : request.lengths()) {
                measure(shape.family(), base, name, method, model, length, rows.get(length));
              }
            }
          });
    }
    return new InferenceResult(
        rows.values().stream().flatMap(List::stream).toList(), threads, PeakMemory.bytes());
  }

  private void measure(
      TaskModel family,
      InferenceModel base,
      String name,
      Tuned method,
      InferenceModel model,
      int length,
      List<InferenceRow> rows) {
    InferenceTurns turns = InferenceTurns.of(family, request, length).take(List.of(base, model));
    InferenceRow first = turns.row(InferenceRow.BASE, 0);
    if (rows.isEmpty()) {
      rows.add(first);
    }
    rows.add(turns.row(name, 1));
    if (method.mergeable()) {
      rows.add(first.merged(name));
    }
  }

  private Map<String, Tuned> tuned(StepShape shape, BiConsumer<String, String> leftOut) {
    Map<String, Tuned> graphs = new LinkedHashMap<>();
    request
        .methods()
        .forEach(
            (name, recipe) -> {
              try {
                recipe.checkQuantization("--quantize", request.compute().quantization());
                Graph graph = shape.tuned(recipe);
                graphs.put(name, new Tuned(graph, mergeable(shape, recipe, graph)));
              } catch (GraphException | UsageException e) {
                if (!request.all()) {
                  throw e;
                }
                leftOut.accept(name, e.getMessage());
              }
            });
    return graphs;
  }

  private boolean mergeable(StepShape shape, MethodRecipe recipe, Graph graph) {
    return Merge.holds(
        AdapterDescription.of(
            recipe.name(), "", recipe.tunings(Models.defaults(shape.family(), functions))),
        graph);
  }
}
