package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models on CUDA: the gradients are the CPU's, the memory is what was predicted. */
@Tag("cuda")
class CudaTest {
  private static final Closeness FLOAT64 = Closeness.relative(1e-9).withFloor(1e-3);
  private static final Closeness FLOAT32 = Closeness.relative(2e-4).withFloor(1e-3);

  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
  void gradientsAreThoseOfTheCpu(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = Methods.of(model, 0).get(method).apply(model.graph());
    Map<String, double[]> exact = gradients(Device.CPU, model, graph, DType.FLOAT64);
    gradients(Device.CUDA, model, graph, DType.FLOAT64)
        .forEach((parameter, g) -> FLOAT64.check(parameter, g, exact.get(parameter)));
    gradients(Device.CUDA, model, graph, DType.FLOAT32)
        .forEach((parameter, g) -> FLOAT32.check(parameter, g, exact.get(parameter)));
    Map<String, double[]> cpu = gradients(Device.CPU, model, graph, DType.BFLOAT16);
    gradients(Device.CUDA, model, graph, DType.BFLOAT16)
        .forEach(
            (parameter, g) -> {
              double[] expected = exact.get(parameter);
              // Models as small lose much in bfloat16, some parameters over a tenth.
              double bound =
                  Math.max(0.1 * norm(expected), 2 * distance(cpu.get(parameter), expected));
              assertThat(distance(g, expected)).as(parameter).isLessThanOrEqualTo(bound);
            });
  }

  private static Map<String, double[]> gradients(
      Device device, TinyModel model, Graph graph, DType type) {
    try (Torch cpu = Torch.cpu();
        Torch torch = Torch.open(device);
        Weights values = model.controlled(cpu, graph);
        Weights weights = model.weights(torch, graph, type, 5)) {
      for (Parameter parameter : values.parameters()) {
        weights.value(parameter.name()).copyFrom(values.value(parameter.name()));
      }
      return model.gradients(torch, graph, weights, StorePolicy.CHEAP);
    }
  }

  private static double norm(double[] values) {
    return distance(values, new double[values.length]);
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, lora, ALL, BFLOAT16, NONE, EXACT",
    "llama-tiny, dora, MLP, FLOAT32, NONE, EXACT",
    "llama-tiny, double-control, INPUTS, BFLOAT16, NF4, EXACT",
    "llama-tiny, control+lora, CHEAP, FLOAT32, INT8, EXACT",
    "llama-tiny, lora, CHEAP, BFLOAT16, NONE, INT8",
    "llama-tiny, lora, CHEAP, FLOAT32, NONE, FLOAT8",
    "roberta-tiny, lora, INPUTS, BFLOAT16, NONE, EXACT",
    "vit-tiny, double-control, ALL, FLOAT32, NONE, EXACT"
  })
  void predictsThePeakToTheByte(
      String name,
      String method,
      StorePolicy store,
      DType type,
      Quantization quantization,
      StateFormat states) {
    TinyModel model = TinyModel.of(name);
    Graph graph = Methods.of(model, 0.1).get(method).apply(model.family().graph());
    LayerPolicies policies = LayerPolicies.uniform(store);
    int[] examples = IntStream.range(0, model.examples()).toArray();
    MemoryUse predicted =
        DryRun.step(
            graph,
            new ComputeOptions(Device.CUDA, type, quantization, states),
            policies,
            torch -> model.batch(torch, type, examples));
    try (Torch torch = Torch.open(Device.CUDA);
        Weights weights = Weights.random(torch, graph, type, quantization, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policies, states);
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      torch.resetPeak();
      step.run(List.of(() -> model.batch(torch, type, examples)), model.labels(), 1e-3);
      long tensors = torch.liveTensors();
      step.run(List.of(() -> model.batch(torch, type, examples)), model.labels(), 1e-3);
      assertThat(torch.liveTensors()).isEqualTo(tensors);
      assertThat(MemoryUse.atPeak(weights)).isEqualTo(predicted);
      assertThat(torch.usedDeviceBytes().orElseThrow()).isPositive();
    }
  }
}
