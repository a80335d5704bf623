package dev.statecraft.studio.engine;

import dev.statecraft.core.control.advise.Candidate;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.run.Batch;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.util.List;
import java.util.function.Function;

/**
 * What training steps of edges take, by taking them without memory.
 *
 * @param graph of the model that they are put into
 * @param compute how steps are computed
 * @param store which states layers store
 * @param batch the largest micro-batch
 * @param recipes makes the edges
 */
record EdgeCosts(
    Graph graph,
    ComputeOptions compute,
    LayerPolicies store,
    Function<Torch, Batch> batch,
    EdgeRecipes recipes) {
  /** The fullest moment of a step of these edges. */
  MemoryUse step(List<Candidate> edges, String function) {
    return DryRun.step(tuned(edges, function), compute, store, batch);
  }

  /** What an edge trains, and takes beside the frozen weights. */
  Advice.FunctionCost of(Candidate edge, String function) {
    Graph tuned = tuned(List.of(edge), function);
    MemoryUse step = DryRun.step(tuned, compute, store, batch);
    return new Advice.FunctionCost(
        tuned.trainableParameters().stream()
            .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
            .mapToLong(Parameter::elements)
            .sum(),
        step.peakBytes() - step.categories().get(MemoryCategory.WEIGHTS.label()));
  }

  private Graph tuned(List<Candidate> edges, String function) {
    return recipes.tuning(edges, function).apply(graph);
  }
}
