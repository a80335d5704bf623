package dev.statecraft.models.train;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Quantization;
import dev.statecraft.tensor.Torch;
import java.util.Set;
import java.util.function.Function;

/**
 * Predicts what an optimizer step takes: the very step, run on the device without memory. Nothing
 * is estimated, and no weight is read.
 */
public final class DryRun {
  private DryRun() {}

  /**
   * The memory of an optimizer step.
   *
   * @param graph a tuned graph
   * @param quantization of the frozen linears inside layers
   * @param batch lays out a micro-batch; its values do not matter, its sizes do
   */
  public static MemoryUse step(
      Graph graph,
      DType computeType,
      Quantization quantization,
      StorePolicy store,
      Function<Torch, Batch> batch) {
    StatePlan plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), store);
    try (Torch torch = Torch.open(Device.META);
        Weights weights = Weights.random(torch, graph, computeType, quantization, 0);
        AdamW optimizer = new AdamW(weights, AdamW.Options.withDecay(0.01));
        Batch sizes = batch.apply(torch)) {
      torch.resetPeak();
      try (Pass pass = Pass.run(plan, weights, sizes, new PassOptions(1, 0, true))) {
        pass.value(ModelFamily.LOSS);
      }
      optimizer.step(1e-3);
      return MemoryUse.of(plan, weights, sizes.extents(), torch.peakBytes());
    }
  }
}
