package dev.statecraft.cli.engine;

import dev.statecraft.cli.run.PeakMemory;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Profile;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.config.ModelConfig;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.train.DryRun;
import dev.statecraft.models.train.MemoryUse;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Measures training steps of a model of a given shape on random weights and random data. */
record StepBenchmark(BenchRequest request, StepShape shape, Graph graph) {
  static StepBenchmark of(BenchRequest request) throws IOException {
    StepShape shape =
        StepShape.of(ModelConfig.read(request.config()), request.sequences(), request.dtype());
    return new StepBenchmark(request, shape, shape.tuned(request.method()));
  }

  BenchResult run() {
    MemoryUse predicted =
        DryRun.step(graph, request.dtype(), request.quantization(), request.store(), shape::batch);
    StatePlan plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), request.store());
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, request.dtype(), request.quantization(), 0);
        AdamW optimizer = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      Profile profile = new Profile();
      OptimizerStep step =
          new OptimizerStep(
              plan,
              ModelFamily.LOSS,
              weights,
              optimizer,
              Double.POSITIVE_INFINITY,
              0,
              request.profile() ? Optional.of(profile) : Optional.empty());
      torch.resetPeak();
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < request.steps(); i++) {
        if (i == 1) {
          profile.reset(); // The first step is not counted here either.
        }
        long start = System.nanoTime();
        step.run(List.of(() -> shape.batch(torch)), shape.labels(), 1e-4);
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      double median = median(seconds.subList(1, seconds.size()));
      MemoryUse used;
      try (Batch batch = shape.batch(torch)) {
        used = MemoryUse.of(plan, weights, batch.extents(), torch.peakBytes());
        return new BenchResult(
            weights.trainableCount(),
            weights.frozenBytes(),
            median,
            batch.layout().tokens(),
            batch.layout().tokens() / median,
            PeakMemory.bytes(),
            used.peakBytes(),
            predicted.peakBytes(),
            used.categories(),
            profile.rows());
      }
    }
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
