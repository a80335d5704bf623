package dev.statecraft.training;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Fixtures;
import dev.statecraft.training.task.CausalExamples;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** LoRA without dropout on a random LLaMA of three layers, learning sequences of 9 to 24 tokens. */
final class TinyTask {
  static final int BATCH = 8;
  static final Graph GRAPH = graph();
  static final ExampleSet EXAMPLES = examples();

  private TinyTask() {}

  private static Graph graph() {
    try {
      Path folder = Fixtures.file("llama-tiny");
      TaskModel family = TinyFamily.read(folder);
      return new Lora(4, 8, 0, family.backbone().defaultTargets(), LayerSelection.ALL)
          .apply(family.graph());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ExampleSet examples() {
    List<LabelledTokens> all = IntStream.range(9, 25).mapToObj(TinyTask::example).toList();
    return new CausalExamples(all, false);
  }

  private static LabelledTokens example(int length) {
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> (i * 7 + length) % 97);
    int[] labels = ids.clone();
    labels[0] = LabelledTokens.IGNORED;
    return new LabelledTokens(ids, labels);
  }

  static Weights weights(Torch torch, DType type) {
    return Weights.random(torch, GRAPH, type, 3);
  }

  static Trainer trainer(Weights weights, int steps, BatchLimit microBatch) {
    return new Trainer(
        GRAPH, weights, EXAMPLES, Optional.of(EXAMPLES), options(steps, microBatch), () -> false);
  }

  static TrainingOptions options(int steps, BatchLimit microBatch) {
    return new TrainingOptions(
        new Schedule(Schedule.Shape.CONSTANT, 1e-2, 0, steps),
        AdamW.Options.withDecay(0.01),
        BATCH,
        microBatch,
        1,
        5,
        100,
        LayerPolicies.uniform(StorePolicy.CHEAP),
        StateFormat.EXACT,
        Checkpointing.NONE);
  }
}
