package dev.statecraft.studio.engine;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Profile;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.run.PeakMemory;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.GradientCheck;
import dev.statecraft.training.GradientError;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StoreChoice;
import dev.statecraft.training.StorePlanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Measures training steps of a model of a given shape on random weights and random data. */
record StepBenchmark(BenchRequest request, StepShape shape, Graph graph) {
  static StepBenchmark of(BenchRequest request, UserFunctions functions) throws IOException {
    StepShape shape =
        StepShape.of(
            Families.read(request.config()),
            request.sequences(),
            request.compute().dtype(),
            functions);
    return new StepBenchmark(request, shape, shape.tuned(request.method()));
  }

  /**
   * Measures.
   *
   * @param threads that compute
   */
  BenchResult run(int threads) {
    StoreChoice choice = choose();
    StatePlan plan =
        StatePlan.training(
            graph, TaskModel.LOSS, Set.of(), choice.policies(), request.compute().states());
    try (Torch torch = Torch.open(request.compute().device(), threads);
        Weights weights =
            Weights.random(
                torch, graph, request.compute().dtype(), request.compute().quantization(), 0);
        AdamW optimizer = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      Profile profile = new Profile();
      OptimizerStep step =
          new OptimizerStep(
              plan,
              TaskModel.LOSS,
              weights,
              optimizer,
              Double.POSITIVE_INFINITY,
              0,
              request.profile() ? Optional.of(profile) : Optional.empty());
      request.budget().ifPresent(torch::limit);
      torch.resetPeak();
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < request.steps(); i++) {
        if (i == 1) {
          profile.reset(); // The first step is not counted here either.
        }
        long start = System.nanoTime();
        step.run(List.of(() -> shape.batch(torch)), shape.labels(), 1e-4);
        torch.synchronize();
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      double median = median(seconds.subList(1, seconds.size()));
      MemoryUse used = MemoryUse.atPeak(weights);
      try (Batch batch = shape.batch(torch)) {
        return new BenchResult(
            choice.policies().describe(),
            weights.trainableCount(),
            weights.frozenBytes(),
            median,
            batch.extents().rows(Axis.TOKENS),
            batch.extents().rows(Axis.TOKENS) / median,
            threads,
            PeakMemory.bytes(),
            torch.usedDeviceBytes(),
            used.peakBytes(),
            choice.memory().peakBytes(),
            used.categories(),
            profile.rows(),
            request.check()
                ? Optional.of(gradientError(weights, choice.policies()))
                : Optional.empty());
      }
    }
  }

  /** As asked for, or the fastest that fits the budget. */
  private StoreChoice choose() {
    try (StorePlanner planner = new StorePlanner(graph, request.compute(), shape::batch)) {
      long budget = request.budget().orElse(Long.MAX_VALUE);
      StoreChoice choice =
          request
              .store()
              .map(store -> planner.of(LayerPolicies.uniform(store)))
              .or(() -> planner.fastest(budget))
              .orElseThrow(() -> tooSmall(planner.smallestBudget()));
      if (choice.memory().peakBytes() > budget) {
        throw tooSmall(choice.memory().peakBytes());
      }
      return choice;
    }
  }

  private BudgetException tooSmall(long needed) {
    return new BudgetException("the step", needed, request.budget().orElseThrow());
  }

  private GradientError gradientError(Weights weights, LayerPolicies store) {
    return new GradientCheck(
            graph, weights, store, () -> shape.batch(weights.torch()), shape.labels())
        .errors(List.of(request.compute().states()))
        .get(request.compute().states());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
