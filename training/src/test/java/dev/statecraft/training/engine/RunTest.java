package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs of several steps: repeatable, leaving nothing behind, and safe against what is not finite.
 */
class RunTest {
  private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-[0-9a-f]+ ");
  private static final TinyModel LLAMA = TinyModel.of("llama-tiny");

  private static OptimizerStep step(Graph graph, Weights weights, AdamW adamW, StorePolicy policy) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    return new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 9);
  }

  private static OptimizerStep.Result run(
      OptimizerStep step, TinyModel model, Torch torch, DType type, double rate) {
    return step.run(
        List.of(() -> model.batch(torch, type, 0, 1), () -> model.batch(torch, type, 2, 3)),
        model.labels(),
        rate);
  }

  private static float[] trained(
      String name, String method, DType type, StorePolicy policy, long weightSeed, long runSeed) {
    return trained(name, method, type, LayerPolicies.uniform(policy), weightSeed, runSeed);
  }

  private static float[] trained(
      String name, String method, DType type, LayerPolicies policy, long weightSeed, long runSeed) {
    TinyModel model = TinyModel.of(name);
    Graph graph = Methods.of(model, 0.1).get(method).apply(model.family().graph());
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph, type, weightSeed);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, runSeed);
      for (int i = 0; i < 6; i++) {
        assertThat(run(step, model, torch, type, 1e-2).applied()).isTrue();
      }
      return weights.flatValues().toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, lora, FLOAT32",
    "llama-tiny, control+lora, BFLOAT16",
    "llama-tied, dora, FLOAT32",
    "bert-tiny, double-control, FLOAT32",
    "vit-tiny, lora, BFLOAT16"
  })
  void oneSeedOneResult(String name, String method, DType type) {
    float[] first = trained(name, method, type, StorePolicy.CHEAP, 1, 2);
    assertThat(Arrays.equals(first, trained(name, method, type, StorePolicy.CHEAP, 1, 2)))
        .as("again")
        .isTrue();
    assertThat(Arrays.equals(first, trained(name, method, type, StorePolicy.ALL, 1, 2)))
        .as("with everything stored, so that no dropout mask is made again for a recomputation")
        .isTrue();
    for (StorePolicy lean : StorePolicy.values()) {
      LayerPolicies mix =
          new LayerPolicies(List.of(lean, StorePolicy.ALL, StorePolicy.MLP), StorePolicy.CHEAP);
      assertThat(Arrays.equals(first, trained(name, method, type, mix, 1, 2)))
          .as(mix.describe())
          .isTrue();
    }
    assertThat(Arrays.equals(first, trained(name, method, type, StorePolicy.CHEAP, 1, 3)))
        .as("another seed of dropout")
        .isFalse();
    assertThat(Arrays.equals(first, trained(name, method, type, StorePolicy.CHEAP, 4, 2)))
        .as("another seed of weights")
        .isFalse();
  }

  /**
   * Memory of this process outside of the Java heap, which grows and shrinks as it likes: with
   * compressed references HotSpot places it below 32 GiB, where malloc's mappings never are.
   */
  private static long residentKilobytes() {
    try {
      long sum = 0;
      boolean counted = false;
      for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
        Matcher mapping = MAPPING.matcher(line);
        if (mapping.lookingAt()) {
          counted = Long.parseUnsignedLong(mapping.group(1), 16) >= 32L << 30;
        } else if (counted && line.startsWith("Rss:")) {
          sum += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return sum;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aThousandStepsLeaveNothingBehind() {
    Graph graph = Methods.of(LLAMA, 0.1).get("lora").apply(LLAMA.family().graph());
    try (Torch torch = Torch.cpu();
        Weights weights = LLAMA.weights(torch, graph, DType.FLOAT32, 1);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      OptimizerStep step = step(graph, weights, adamW, StorePolicy.CHEAP);
      final long tensors = torch.liveTensors();
      final long bytes = torch.liveBytes();
      long peak = 0;
      List<Long> resident = new ArrayList<>();
      for (int i = 1; i <= 1000; i++) {
        torch.resetPeak();
        assertThat(run(step, LLAMA, torch, DType.FLOAT32, 1e-3).applied()).isTrue();
        assertThat(torch.liveTensors()).as("live tensors after step " + i).isEqualTo(tensors);
        assertThat(torch.liveBytes()).as("live bytes after step " + i).isEqualTo(bytes);
        if (i == 1) {
          peak = torch.peakBytes();
        }
        assertThat(torch.peakBytes()).as("peak bytes of step " + i).isEqualTo(peak);
        if (i >= 200 && i % 100 == 0) {
          resident.add(residentKilobytes());
        }
      }
      // The JVM's compiler takes memory now and then; what steps leave behind grows all the time.
      List<Long> growth =
          IntStream.range(1, resident.size())
              .mapToObj(i -> resident.get(i) - resident.get(i - 1))
              .sorted()
              .toList();
      assertThat(growth.get(growth.size() / 2))
          .as(
              "median growth of the process outside of the Java heap in kB in a hundred steps, of "
                  + growth)
          .isLessThan(1024);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyPolicyFreesEverything(StorePolicy policy) {
    for (String name : TinyModel.NAMES) {
      TinyModel model = TinyModel.of(name);
      Graph graph = new FullTuning().apply(model.family().graph());
      try (Torch torch = Torch.cpu()) {
        try (Weights weights = model.weights(torch, graph, DType.BFLOAT16, 1);
            AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
          OptimizerStep step = step(graph, weights, adamW, policy);
          assertThat(run(step, model, torch, DType.BFLOAT16, 1e-3).applied()).isTrue();
        }
        assertThat(torch.liveTensors()).isZero();
        assertThat(torch.liveBytes()).isZero();
      }
    }
  }

  @Test
  void policiesOrderBySpace() {
    Graph graph = Methods.of(LLAMA, 0).get("double-control").apply(LLAMA.family().graph());
    List<Long> peaks = new ArrayList<>();
    try (Torch torch = Torch.cpu();
        Weights weights = LLAMA.weights(torch, graph, DType.FLOAT32, 1);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
      for (StorePolicy policy : StorePolicy.values()) {
        OptimizerStep step = step(graph, weights, adamW, policy);
        torch.resetPeak();
        run(step, LLAMA, torch, DType.FLOAT32, 0);
        peaks.add(torch.peakBytes());
      }
    }
    assertThat(peaks).isSortedAccordingTo(Comparator.reverseOrder()).doesNotHaveDuplicates();
  }

  @Test
  void aRunThatBlewUpChangesNoMore() {
    Graph graph = Methods.of(LLAMA, 0).get("control+lora").apply(LLAMA.family().graph());
    try (Torch torch = Torch.cpu();
        Weights weights = LLAMA.weights(torch, graph, DType.FLOAT32, 1);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
      OptimizerStep step = step(graph, weights, adamW, StorePolicy.CHEAP);
      assertThat(run(step, LLAMA, torch, DType.FLOAT32, Double.POSITIVE_INFINITY).applied())
          .isTrue();
      float[] values = weights.flatValues().toFloats();
      final double[] moment = adamW.firstMoment().toDoubles();
      final long live = torch.liveTensors();
      OptimizerStep.Result after = run(step, LLAMA, torch, DType.FLOAT32, 1e-3);
      assertThat(after.applied()).isFalse();
      assertThat(after.loss()).isNaN();
      assertThat(Arrays.equals(values, weights.flatValues().toFloats())).isTrue();
      assertThat(adamW.firstMoment().toDoubles()).isEqualTo(moment);
      assertThat(adamW.step()).isEqualTo(1);
      assertThat(torch.liveTensors()).isEqualTo(live);
    }
  }

  @Test
  void gradientsThatAreNotFiniteAreNotApplied() {
    Graph graph = Methods.of(LLAMA, 0).get("lora").apply(LLAMA.family().graph());
    try (Torch torch = Torch.cpu();
        Weights weights = LLAMA.weights(torch, graph, DType.FLOAT32, 1);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
      OptimizerStep step = step(graph, weights, adamW, StorePolicy.CHEAP);
      // A x overflows, and B is zero: 0 * inf is NaN.
      weights.value("model.layers.2.mlp.down_proj.lora_A.weight").fill(Float.MAX_VALUE);
      float[] values = weights.flatValues().toFloats();
      OptimizerStep.Result result = run(step, LLAMA, torch, DType.FLOAT32, 1e-3);
      assertThat(Double.isFinite(result.gradientNorm())).isFalse();
      assertThat(result.applied()).isFalse();
      assertThat(Arrays.equals(values, weights.flatValues().toFloats())).isTrue();
    }
  }
}
