package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.studio.recipe.Budget;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TrainRecipe;
import dev.statecraft.studio.run.AvailableMemory;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.MicroBatchPlanner;
import dev.statecraft.training.StepLayout;
import dev.statecraft.training.StoreChoice;
import dev.statecraft.training.StorePlanner;
import dev.statecraft.training.task.ExampleSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What a run computes at once and what it stores, so that it fits its budget; decided before any
 * weight is loaded.
 *
 * @param microBatch what is computed at once
 * @param store which states each layer stores
 * @param budget the most bytes that tensors may take, if there is a limit
 */
record MemoryPlan(BatchLimit microBatch, LayerPolicies store, OptionalLong budget) {
  /**
   * Follows a recipe.
   *
   * <p>A micro-batch that is left open becomes the largest that fits with states stored as the
   * recipe says, or cheaply if that is left open too; then what each layer stores is chosen by what
   * the budget leaves.
   *
   * @param graph the tuned graph
   * @param notes is told what was chosen and what it costs
   * @throws BudgetException if nothing fits
   */
  static MemoryPlan of(
      Recipe recipe, Graph graph, ExampleSet examples, Torch torch, Consumer<String> notes) {
    return of(recipe, recipe, graph, examples, torch, notes);
  }

  /**
   * As {@link #of(Recipe, Graph, ExampleSet, Torch, Consumer)}, where another recipe says in which
   * types all is computed and held.
   */
  static MemoryPlan of(
      Recipe recipe,
      Recipe types,
      Graph graph,
      ExampleSet examples,
      Torch torch,
      Consumer<String> notes) {
    TrainRecipe train = recipe.train();
    if (!recipe.memory().budget().isGiven()) {
      return new MemoryPlan(
          train.microBatch().orElseThrow(),
          LayerPolicies.uniform(train.store().orElseThrow()),
          OptionalLong.empty());
    }
    long budget = bytes(recipe.memory().budget(), torch);
    ComputeOptions compute =
        new ComputeOptions(
            torch.device(), types.train().dtype(), types.quantize(), recipe.memory().states());
    return new Search(train, compute, graph, examples, budget, notes).plan();
  }

  /** Goes on as a run began; a budget, measured anew, only limits it. */
  static MemoryPlan resumed(Recipe recipe, StepLayout layout, Torch torch) {
    Budget budget = recipe.memory().budget();
    return new MemoryPlan(
        layout.microBatch(),
        layout.store(),
        budget.isGiven() ? OptionalLong.of(bytes(budget, torch)) : OptionalLong.empty());
  }

  private static long bytes(Budget budget, Torch torch) {
    return budget instanceof Budget.Fixed fixed
        ? fixed.size().bytes()
        : AvailableMemory.forTensors(torch);
  }

  private record Search(
      TrainRecipe train,
      ComputeOptions compute,
      Graph graph,
      ExampleSet examples,
      long budget,
      Consumer<String> notes) {
    MemoryPlan plan() {
      MicroBatchPlanner sizes = new MicroBatchPlanner(graph, compute, examples, train.batchSize());
      BatchLimit limit = train.microBatch().orElseGet(() -> fitting(sizes));
      List<Integer> largest = sizes.largest(limit);
      try (StorePlanner planner = new StorePlanner(graph, compute, sizes.layout(largest))) {
        StoreChoice choice = choose(planner, largest);
        notes.accept(
            (train.microBatch().isPresent()
                    ? ""
                    : "micro-batches of up to " + limit.max() + " tokens; ")
                + choice.sentence(budget));
        return new MemoryPlan(limit, choice.policies(), OptionalLong.of(budget));
      }
    }

    private BatchLimit fitting(MicroBatchPlanner sizes) {
      StorePolicy store = train.store().orElse(StorePolicy.CHEAP);
      return sizes.fitting(LayerPolicies.uniform(store), budget).orElseGet(this::oneExample);
    }

    /** It may fit once less is stored; what is chosen after this will tell. */
    private BatchLimit oneExample() {
      return BatchLimit.tokens(java.util.Arrays.stream(examples.lengths()).max().orElseThrow());
    }

    private StoreChoice choose(StorePlanner planner, List<Integer> largest) {
      StoreChoice choice;
      if (train.store().isPresent()) {
        choice = planner.of(LayerPolicies.uniform(train.store().get()));
      } else {
        choice =
            planner.fastest(budget).orElseThrow(() -> tooSmall(planner.smallestBudget(), largest));
      }
      if (choice.memory().peakBytes() > budget) {
        throw tooSmall(choice.memory().peakBytes(), largest);
      }
      return choice;
    }

    private BudgetException tooSmall(long needed, List<Integer> largest) {
      int[] lengths = examples.lengths();
      return new BudgetException(
          "a step with micro-batches of "
              + largest.size()
              + (largest.size() == 1 ? " example" : " examples")
              + " ("
              + largest.stream().mapToInt(index -> lengths[index]).sum()
              + " tokens) that stores "
              + train.store().map(StorePolicy::label).orElse("as little as possible"),
          needed,
          budget);
    }
  }
}
