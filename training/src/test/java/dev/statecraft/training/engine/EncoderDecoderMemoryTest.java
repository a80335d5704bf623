package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A step of a graph with two axes takes the bytes that are predicted, and leaves none behind. */
class EncoderDecoderMemoryTest {
  private static final int LABELS = SmallEncoderDecoder.labels();

  private static Batch batch(Torch torch) {
    return SmallEncoderDecoder.batch().upload(torch, DType.FLOAT32);
  }

  static Stream<Arguments> steps() {
    return EncoderDecoderTest.names()
        .flatMap(
            name ->
                Stream.of(StorePolicy.values())
                    .flatMap(
                        lean ->
                            Stream.of(
                                Arguments.of(
                                    name, lean, StorePolicy.ALL, DType.FLOAT32, StateFormat.EXACT),
                                Arguments.of(
                                    name,
                                    StorePolicy.CHEAP,
                                    lean,
                                    DType.FLOAT64,
                                    StateFormat.EXACT),
                                Arguments.of(name, lean, lean, DType.BFLOAT16, StateFormat.INT8))));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void predictsThePeakToTheByte(
      String tuning, StorePolicy lean, StorePolicy rest, DType type, StateFormat states) {
    Graph graph = EncoderDecoderTest.tuned(tuning);
    LayerPolicies store = LayerPolicies.mix(4, 3, lean, rest);
    MemoryUse predicted =
        DryRun.step(
            graph,
            ComputeOptions.cpu(type).storing(states),
            store,
            EncoderDecoderMemoryTest::batch);
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store, states);
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, type, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      torch.resetPeak();
      new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0)
          .run(List.of(() -> batch(torch)), LABELS, 1e-3);
      assertThat(predicted).isEqualTo(MemoryUse.atPeak(weights));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"control around every block", "lora"})
  void stepsLeaveNothingBehindAndLearn(String tuning) {
    Graph graph = EncoderDecoderTest.tuned(tuning);
    LayerPolicies store = LayerPolicies.uniform(StorePolicy.INPUTS);
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store);
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, DType.FLOAT32, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      double first = step.run(List.of(() -> batch(torch)), LABELS, 1e-2).loss();
      long tensors = torch.liveTensors();
      long bytes = torch.liveBytes();
      double last = first;
      for (int i = 0; i < 60; i++) {
        last = step.run(List.of(() -> batch(torch)), LABELS, 1e-2).loss();
        assertThat(torch.liveTensors()).isEqualTo(tensors);
        assertThat(torch.liveBytes()).isEqualTo(bytes);
      }
      assertThat(last).isLessThan(first);
    }
  }
}
