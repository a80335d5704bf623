package dev.statecraft.studio.engine;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.Flops;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Stores;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.StoreChoice;
import dev.statecraft.training.StorePlanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Predicts training steps. */
final class Planning {
  private final PlanRequest request;
  private final StepShape shape;
  private final Extents extents;
  private final double reference;

  private Planning(PlanRequest request, StepShape shape, Extents extents) {
    this.request = request;
    this.shape = shape;
    this.extents = extents;
    Graph lora = shape.tuned(Methods.parse("lora"));
    reference = flops(lora, LayerPolicies.uniform(StorePolicy.ALL), extents);
  }

  /**
   * Predicts.
   *
   * @param config the model's configuration
   * @param functions what the program has of its own
   */
  static List<PlanRow> rows(PlanRequest request, Path config, UserFunctions functions)
      throws IOException {
    StepShape shape =
        StepShape.of(
            Families.read(config),
            Collections.nCopies(request.batch(), request.sequence()),
            request.compute().dtype(),
            functions);
    Extents extents;
    try (Torch torch = Torch.open(Device.META);
        Batch batch = shape.batch(torch)) {
      extents = batch.extents();
    }
    Planning planning = new Planning(request, shape, extents);
    return request.methods().stream().flatMap(method -> planning.rows(method).stream()).toList();
  }

  private List<PlanRow> rows(MethodRecipe method) {
    Graph graph = shape.trained(method);
    List<PlanRow> rows = new ArrayList<>();
    try (StorePlanner planner = new StorePlanner(graph, request.compute(), shape::batch)) {
      for (StorePolicy store : request.stores()) {
        StoreChoice choice = planner.of(LayerPolicies.uniform(store));
        rows.add(row(method, graph, store.label(), choice, OptionalLong.empty()));
      }
      if (request.budget().isPresent()) {
        OptionalLong smallest = OptionalLong.of(planner.smallestBudget());
        StoreChoice choice =
            planner
                .fastest(request.budget().getAsLong())
                .orElseGet(() -> planner.of(LayerPolicies.uniform(StorePolicy.INPUTS)));
        rows.add(row(method, graph, Stores.AUTO, choice, smallest));
      }
    }
    return rows;
  }

  private PlanRow row(
      MethodRecipe method, Graph graph, String store, StoreChoice choice, OptionalLong smallest) {
    return new PlanRow(
        method.name(),
        store,
        choice.policies().describe(),
        request.compute().states().label(),
        request.compute().quantization().label(),
        choice.memory().peakBytes(),
        choice.memory().categories(),
        flops(graph, choice.policies(), extents) / reference,
        smallest);
  }

  private static double flops(Graph graph, LayerPolicies store, Extents extents) {
    return Flops.of(StatePlan.training(graph, TaskModel.LOSS, Set.of(), store), extents);
  }
}
