package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Method;
import dev.statecraft.cli.recipe.MethodReader;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.Flops;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.models.config.ModelConfig;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.train.DryRun;
import dev.statecraft.models.train.MemoryUse;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Predicts training steps. */
final class Planning {
  private Planning() {}

  static List<PlanRow> rows(PlanRequest request) throws IOException {
    StepShape shape =
        StepShape.of(
            ModelConfig.read(request.config()),
            Collections.nCopies(request.batch(), request.sequence()),
            request.dtype());
    Extents extents;
    try (Torch torch = Torch.open(Device.META);
        Batch batch = shape.batch(torch)) {
      extents = batch.extents();
    }
    double reference = flops(shape.tuned(MethodReader.parse("lora")), StorePolicy.ALL, extents);
    List<PlanRow> rows = new ArrayList<>();
    for (Method method : request.methods()) {
      Graph graph = shape.tuned(method);
      for (StorePolicy store : request.stores()) {
        MemoryUse memory =
            DryRun.step(graph, request.dtype(), request.quantization(), store, shape::batch);
        rows.add(
            new PlanRow(
                method.name().label(),
                store.label(),
                request.quantization().label(),
                memory.peakBytes(),
                memory.categories(),
                flops(graph, store, extents) / reference));
      }
    }
    return rows;
  }

  private static double flops(Graph graph, StorePolicy store, Extents extents) {
    return Flops.of(StatePlan.training(graph, ModelFamily.LOSS, Set.of(), store), extents);
  }
}
