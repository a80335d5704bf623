package dev.statecraft.training;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Ledger;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Torch;
import java.util.Set;
import java.util.function.Function;

/**
 * Predicts what an optimizer step takes: the very step, run on the device without memory. Nothing
 * is estimated, and no weight is read.
 */
public final class DryRun implements AutoCloseable {
  private static final PassOptions OPTIONS = new PassOptions(1, 0, true);

  private final Graph graph;
  private final ComputeOptions compute;
  private final Torch torch;
  private final Weights weights;
  private final AdamW optimizer;
  private final Batch batch;

  /**
   * Prepares steps of one graph and batch.
   *
   * @param graph a tuned graph
   * @param batch lays out a micro-batch; its values do not matter, its sizes do
   */
  public DryRun(Graph graph, ComputeOptions compute, Function<Torch, Batch> batch) {
    this.graph = graph;
    this.compute = compute;
    torch = Torch.dry(compute.device());
    weights = Weights.random(torch, graph, compute.dtype(), compute.quantization(), 0);
    optimizer = new AdamW(weights, AdamW.Options.withDecay(0.01));
    this.batch = batch.apply(torch);
  }

  /** The memory of a single optimizer step. */
  public static MemoryUse step(
      Graph graph, ComputeOptions compute, LayerPolicies store, Function<Torch, Batch> batch) {
    try (DryRun run = new DryRun(graph, compute, batch)) {
      return run.step(run.plan(store));
    }
  }

  /** The plan of a step of this graph. */
  StatePlan plan(LayerPolicies store) {
    return StatePlan.training(graph, TaskModel.LOSS, Set.of(), store, compute.states());
  }

  /** What the batch's symbolic sizes are. */
  Extents extents() {
    return batch.extents();
  }

  /** The fullest moment of a step. */
  public MemoryUse step(StatePlan plan) {
    torch.resetPeak();
    Pass.run(plan, weights, batch, OPTIONS).close();
    optimize();
    return MemoryUse.atPeak(weights);
  }

  /** A step from begin to end. */
  public StepMemory timeline(LayerPolicies store) {
    Ledger ledger = new Ledger(torch);
    Pass.run(plan(store), weights, batch, OPTIONS, ledger).close();
    ledger.record("optimizer", this::optimize);
    return StepMemory.of(weights, ledger);
  }

  /** What follows the passes; rules of the graph allocate nothing more in later steps. */
  private void optimize() {
    optimizer.rules().penalize();
    optimizer.step(1e-3);
    optimizer.rules().follow(0);
  }

  @Override
  public void close() {
    batch.close();
    optimizer.close();
    weights.close();
    torch.close();
  }
}
