package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.inference.CachedDecoding;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.ComputeOptions;
import java.util.Set;

/** A model with random weights that answers, to be measured. */
final class InferenceModel implements AutoCloseable {
  private final StatePlan plan;
  private final Weights weights;
  private final long parameterBytes;
  private long peakBytes;

  private InferenceModel(StatePlan plan, Weights weights, long parameterBytes) {
    this.plan = plan;
    this.weights = weights;
    this.parameterBytes = parameterBytes;
  }

  /** The edges' values are not those that they start at, which may add nothing. */
  static InferenceModel of(Torch torch, Graph graph, ComputeOptions compute) {
    long before = torch.liveBytes();
    Weights weights = Weights.random(torch, graph, compute.dtype(), compute.quantization(), 0);
    graph.trainableParameters().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
        .forEach(parameter -> disturb(weights.value(parameter.name()), parameter));
    weights.settle();
    return new InferenceModel(
        StatePlan.inference(graph, Set.of(TaskModel.LOGITS)), weights, torch.liveBytes() - before);
  }

  private static void disturb(Tensor value, Parameter parameter) {
    try (Scope scope = value.torch().scope();
        Generator generator = value.torch().generator(parameter.name().hashCode())) {
      value.addInPlace(value.torch().normal(generator, value.dtype(), 0, 0.02, parameter.sizes()));
    }
  }

  /** A pass over prompts, or images. */
  double prefill(Batch batch) {
    long start = System.nanoTime();
    try (Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      weights.torch().synchronize();
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** An empty text. */
  CachedDecoding decoding(int tokens) {
    return new CachedDecoding(plan, weights, tokens);
  }

  /** Runs what takes memory, and keeps in mind the most that was there of this model alone. */
  void watch(Runnable passes) {
    Torch torch = weights.torch();
    long before = torch.liveBytes();
    torch.resetPeak();
    passes.run();
    peakBytes = Math.max(peakBytes, parameterBytes + torch.peakBytes() - before);
  }

  void resetPeak() {
    peakBytes = 0;
  }

  Torch torch() {
    return weights.torch();
  }

  long parameterBytes() {
    return parameterBytes;
  }

  long peakBytes() {
    return peakBytes;
  }

  @Override
  public void close() {
    weights.close();
  }
}
