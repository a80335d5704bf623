package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The planner's choice against all mixes of the four policies. */
class StoreMixTest {
  /** How much more compute than the best of all mixes a choice may have. */
  private static final double BOUND = 0.01;

  private record Point(LayerPolicies policies, long peak, double cost) {}

  private static TaskModel llama(int layers) {
    return TaskModel.causalLm(
        Families.parse(
                """
                {"model_type": "llama", "vocab_size": 97, "hidden_size": 32,
                 "intermediate_size": 88, "num_hidden_layers": %d, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "max_position_embeddings": 256, "rms_norm_eps": 1e-6}
                """
                    .formatted(layers),
                "config.json")
            .backbone());
  }

  private static Graph graph(TaskModel family, String method) {
    if (method.equals("lora")) {
      List<String> targets = family.backbone().defaultTargets();
      return new Lora(4, 8, 0, targets, LayerSelection.ALL).apply(family.graph());
    }
    LowRank function = new LowRank(4, 1, false, 0, Initializer.KAIMING);
    if (method.equals("double-control")) {
      return StateTuning.doubleControl(function, LayerSelection.ALL).apply(family.graph());
    }
    return new StateTuning(
            List.of(ControlEdge.around(BlockName.FULL, function)), LayerSelection.parse("last 4"))
        .apply(family.graph());
  }

  private static Batch batch(Torch torch) {
    return TokenBatches.causal(
            IntStream.of(24, 20, 17, 9)
                .mapToObj(
                    length -> {
                      int[] ids = new int[length];
                      Arrays.setAll(ids, i -> (i * 7 + length) % 97);
                      int[] labels = ids.clone();
                      labels[0] = LabelledTokens.IGNORED;
                      return new LabelledTokens(ids, labels);
                    })
                .toList())
        .upload(torch, DType.FLOAT32);
  }

  @ParameterizedTest
  @CsvSource({"lora, 5", "double-control, 5", "block-control, 5"})
  void isWithinAHundredthOfTheBestOfAllMixes(String method, int layers) {
    Graph graph = graph(llama(layers), method);
    ComputeOptions compute = ComputeOptions.cpu(DType.FLOAT32);
    List<StorePolicy> policies = List.of(StorePolicy.values());
    List<Point> all = new ArrayList<>();
    try (StorePlanner every = new StorePlanner(graph, compute, StoreMixTest::batch)) {
      for (int code = 0; code < 1 << (2 * layers); code++) {
        List<StorePolicy> chosen = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
          chosen.add(policies.get((code >> (2 * i)) & 3));
        }
        StoreChoice choice = every.of(PolicyMixes.policies(chosen));
        all.add(
            new Point(choice.policies(), choice.memory().peakBytes(), choice.relativeCompute()));
      }
    }
    long largest = all.stream().mapToLong(Point::peak).max().orElseThrow();
    long smallest = all.stream().mapToLong(Point::peak).min().orElseThrow();
    double worst = 0;
    for (int i = 0; i <= 40; i++) {
      long budget = smallest + (largest - smallest) * i / 40;
      double best =
          all.stream()
              .filter(point -> point.peak() <= budget)
              .mapToDouble(Point::cost)
              .min()
              .orElseThrow();
      try (StorePlanner planner = new StorePlanner(graph, compute, StoreMixTest::batch)) {
        Optional<StoreChoice> found = planner.fastest(budget);
        if (found.isEmpty()) {
          // What fits at all is known to a part of what can be saved.
          assertThat(planner.smallestBudget() - smallest)
              .isLessThanOrEqualTo((largest - smallest) / 50);
          continue;
        }
        assertThat(found.get().memory().peakBytes()).isLessThanOrEqualTo(budget);
        double more = found.get().relativeCompute() / best - 1;
        worst = Math.max(worst, more);
      }
    }
    assertThat(worst).isLessThanOrEqualTo(BOUND);
  }

  /** Planning takes no longer than some dry runs, however deep the model. */
  @Test
  void aDeepModelIsPlannedWithFewDryRuns() {
    Graph graph = graph(llama(32), "lora");
    ComputeOptions compute = ComputeOptions.cpu(DType.FLOAT32);
    try (StorePlanner planner = new StorePlanner(graph, compute, StoreMixTest::batch)) {
      long all = planner.of(LayerPolicies.uniform(StorePolicy.ALL)).memory().peakBytes();
      long budget = (all + planner.smallestBudget()) / 2;
      StoreChoice choice = planner.fastest(budget).orElseThrow();
      assertThat(choice.memory().peakBytes())
          .isLessThanOrEqualTo(budget)
          .isEqualTo(
              DryRun.step(graph, compute, choice.policies(), StoreMixTest::batch).peakBytes());
      assertThat(planner.dryRuns()).isLessThanOrEqualTo(25);
    }
  }
}
