package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole run of AdaLoRA: what is left at its end, and what its steps take. */
class AdaLoraTest {
  /** Steps of the run that {@link Methods} tells of. */
  private static final int STEPS = 9;

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, FLOAT64, NONE",
    "llama-tied, FLOAT32, INT8",
    "llama-tiny, BFLOAT16, NF4",
    "roberta-tiny, BFLOAT16, NONE",
    "vit-tiny, FLOAT32, NF4"
  })
  void theBudgetIsMetInThePredictedBytes(String name, DType type, Quantization quantization) {
    TinyModel model = TinyModel.of(name);
    Graph graph = Methods.of(model, 0.1).get("adalora").apply(model.family().graph());
    LayerPolicies store = LayerPolicies.uniform(StorePolicy.CHEAP);
    int[] all = IntStream.range(0, model.examples()).toArray();
    MemoryUse predicted =
        DryRun.step(
            graph,
            ComputeOptions.cpu(type).quantized(quantization),
            store,
            torch -> model.batch(torch, type, all));
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store);
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph, type, quantization, 3);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      List<Supplier<Batch>> batches = List.of(() -> model.batch(torch, type, all));
      final long tensors = torch.liveTensors();
      final long bytes = torch.liveBytes();
      double first = 0;
      double last = 0;
      for (int i = 0; i < STEPS; i++) {
        torch.resetPeak();
        OptimizerStep.Result result = step.run(batches, model.labels(), 0.02);
        assertThat(result.applied()).isTrue();
        first = i == 0 ? result.penalty() : first;
        last = result.penalty();
        assertThat(MemoryUse.atPeak(weights)).as("step " + i).isEqualTo(predicted);
        assertThat(torch.liveTensors()).isEqualTo(tensors);
        assertThat(torch.liveBytes()).isEqualTo(bytes);
      }
      assertThat(last).as("vectors become more orthonormal").isLessThan(first);
      long linears = count(graph);
      assertThat(left(graph, weights)).as("a mean of 1 of 3").isEqualTo(linears);
    }
  }

  private static List<String> values(Graph graph) {
    return graph.trainableParameters().stream()
        .map(Parameter::name)
        .filter(parameter -> parameter.endsWith(AdaLora.VALUES))
        .toList();
  }

  private static long count(Graph graph) {
    return values(graph).size();
  }

  private static long left(Graph graph, Weights weights) {
    return values(graph).stream()
        .flatMapToDouble(name -> Arrays.stream(weights.value(name).toDoubles()))
        .filter(value -> value != 0)
        .count();
  }
}
