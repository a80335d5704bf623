package dev.statecraft.studio.engine;

import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StepMemory;
import dev.statecraft.training.Trainer;
import dev.statecraft.training.TrainingOptions;
import dev.statecraft.training.task.ExampleSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A head that starts by chance says nothing of which states matter: so it is learned first, alone,
 * in a few steps.
 *
 * @param values of its parameters
 * @param measuredBytes the most that learning it took
 * @param predictedBytes the most that it should have taken
 */
record FreshHead(Map<String, double[]> values, long measuredBytes, long predictedBytes) {
  private static final double LEARNING_RATE = 5e-3;

  /** Whether a graph's head is in no checkpoint. */
  static boolean isNeeded(Graph graph, WeightSource source) {
    return parameters(graph).stream().anyMatch(parameter -> !source.has(parameter.name()));
  }

  private static List<Parameter> parameters(Graph graph) {
    return graph.parameters().values().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.HEAD)
        .toList();
  }

  /**
   * Learns it.
   *
   * @param graph the model with its head, nothing trained
   */
  static FreshHead learned(
      Recipe recipe,
      Graph graph,
      WeightSource source,
      ExampleSet examples,
      BatchLimit limit,
      int steps,
      Torch torch) {
    Graph probe = new HeadTuning().apply(graph);
    long seed = recipe.train().seed();
    try (Weights weights =
        Weights.load(torch, probe, recipe.train().dtype(), recipe.quantize(), source, seed)) {
      Trainer trainer =
          new Trainer(
              probe,
              weights,
              examples,
              Optional.empty(),
              new TrainingOptions(
                  new Schedule(Schedule.Shape.LINEAR, LEARNING_RATE, 0, steps),
                  AdamW.Options.withDecay(0.01),
                  recipe.train().batchSize(),
                  limit,
                  1,
                  seed,
                  steps,
                  LayerPolicies.uniform(StorePolicy.ALL),
                  StateFormat.EXACT,
                  Checkpointing.NONE),
              () -> Thread.currentThread().isInterrupted());
      trainer.run(event -> {});
      Map<String, double[]> values = new HashMap<>();
      for (Parameter parameter : parameters(probe)) {
        try (Scope scope = torch.scope()) {
          values.put(parameter.name(), weights.value(parameter.name()).reshape(-1).toDoubles());
        }
      }
      return new FreshHead(
          values,
          trainer.memory().map(MemoryUse::peakBytes).orElse(0L),
          trainer.predicted().map(StepMemory::peak).map(MemoryUse::peakBytes).orElse(0L));
    }
  }

  /** The same source with this head. */
  WeightSource over(WeightSource source) {
    return new WeightSource() {
      @Override
      public boolean has(String name) {
        return values.containsKey(name) || source.has(name);
      }

      @Override
      public Optional<QuantizedMatrix> quantized(String name, Quantization format, Torch torch) {
        return source.quantized(name, format, torch);
      }

      @Override
      public void read(String name, Tensor target) {
        double[] own = values.get(name);
        if (own == null) {
          source.read(name, target);
          return;
        }
        try (Scope scope = target.torch().scope()) {
          target.copyFrom(target.torch().of(target.dtype(), own, target.shape()));
        }
      }
    };
  }
}
