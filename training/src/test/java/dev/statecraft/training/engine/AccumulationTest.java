package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How examples are packed and split must not matter. */
class AccumulationTest {
  static final List<String> NAMES = TinyModel.NAMES;
  private static final Closeness CLOSE = Closeness.relative(1e-12).withFloor(1e-3);

  /** Labels of the causal examples: 8, 1, 12 and 0. */
  private static final List<int[][]> SPLITS =
      List.of(
          new int[][] {{0, 1, 2, 3}},
          new int[][] {{0, 1}, {2, 3}},
          new int[][] {{0, 1, 2}, {3}},
          new int[][] {{0}, {1}, {2}, {3}},
          new int[][] {{3}, {2, 0}, {1}},
          new int[][] {{2, 3, 1, 0}});

  static Stream<Arguments> methods() {
    return NAMES.stream()
        .flatMap(
            name ->
                Stream.of("lora", "double-control", "adalora")
                    .map(method -> Arguments.of(name, method)));
  }

  /** Loss and gradients of the first step, values after the third. */
  private static Map<String, double[]> train(TinyModel model, String method, int[][] split) {
    Graph graph = Methods.of(model, 0).get(method).apply(model.graph());
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), StorePolicy.CHEAP);
    try (Torch torch = Torch.cpu();
        Weights weights = model.controlled(torch, graph);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      List<Supplier<Batch>> batches = new ArrayList<>();
      for (int[] examples : split) {
        batches.add(() -> model.batch(torch, DType.FLOAT64, examples));
      }
      OptimizerStep.Accumulated first = step.accumulate(batches, model.labels(), 0);
      double loss = first.loss();
      assertThat(loss - first.penalty())
          .isCloseTo(model.loss(torch, graph, weights), within(1e-12));
      final double[] gradients = weights.flatGradients().toDoubles();
      for (int i = 0; i < 3; i++) {
        assertThat(step.run(batches, model.labels(), 1e-2).applied()).isTrue();
      }
      return Map.of(
          "loss",
          new double[] {loss},
          "gradients",
          gradients,
          "values",
          weights.flatValues().toDoubles());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void anySplitIsTheBigBatch(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Map<String, double[]> whole = train(model, method, SPLITS.get(0));
    for (int[][] split : SPLITS.subList(1, SPLITS.size())) {
      String what = Arrays.deepToString(split);
      Map<String, double[]> parts = train(model, method, split);
      for (String key : List.of("loss", "gradients")) {
        CLOSE.check(key + " of " + what, parts.get(key), whole.get(key));
      }
      // Adam divides the tiniest gradients by their own size, rounding errors and all.
      Closeness.relative(1e-8)
          .check("values after " + what, parts.get("values"), whole.get("values"));
    }
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void sequencesDoNotSeeOneAnother(String name) {
    TinyModel model = TinyModel.of(name);
    Graph graph = model.graph();
    String last = model.family().backbone().hiddenStates().get(3);
    StatePlan plan = StatePlan.inference(graph, Set.of(last));
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph)) {
      List<Double> alone = new ArrayList<>();
      for (int i = 0; i < model.examples(); i++) {
        hidden(torch, model, plan, weights, last, i).forEach(alone::add);
      }
      List<Double> packed = hidden(torch, model, plan, weights, last, 0, 1, 2, 3);
      CLOSE.check(last, doubles(packed), doubles(alone));
    }
  }

  private static List<Double> hidden(
      Torch torch, TinyModel model, StatePlan plan, Weights weights, String state, int... chosen) {
    try (Batch batch = model.batch(torch, DType.FLOAT64, chosen);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return Arrays.stream(pass.value(state).toDoubles()).boxed().toList();
    }
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void tokensDoNotSeeLaterOnes() {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph graph = model.graph();
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    int[] ids = model.tokens(2);
    int[] changed = ids.clone();
    changed[9] = 1;
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph)) {
      double[] before = scores(torch, plan, weights, ids);
      double[] after = scores(torch, plan, weights, changed);
      int width = before.length / ids.length;
      assertThat(Arrays.copyOf(after, 9 * width)).isEqualTo(Arrays.copyOf(before, 9 * width));
      assertThat(Arrays.copyOfRange(after, 9 * width, 10 * width))
          .isNotEqualTo(Arrays.copyOfRange(before, 9 * width, 10 * width));
    }
  }

  private static double[] scores(Torch torch, StatePlan plan, Weights weights, int[] ids) {
    try (Batch batch = TokenBatches.scored(List.of(ids)).upload(torch, DType.FLOAT64);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }
}
