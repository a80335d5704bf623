package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.Reft;
import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What LoReFT needs beside its edge: rows that stay orthonormal, prompts of known length. */
class ReftTest {
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT64", "FLOAT32", "BFLOAT16"})
  void rowsStayOrthonormal(DType type) {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph graph =
        Methods.edges(Methods.reft(Reft.Variant.LOREFT, "first 2, last 3")).apply(model.graph());
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), StorePolicy.CHEAP);
    Closeness close = Closeness.relative(type == DType.FLOAT64 ? 1e-14 : 1e-6);
    int[] all = IntStream.range(0, model.examples()).toArray();
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph, type, 3);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      double[] before = checked(graph, weights, close);
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      for (int i = 0; i < 4; i++) {
        List<Supplier<Batch>> batches = List.of(() -> model.batch(torch, type, all));
        assertThat(step.run(batches, model.labels(), 0.05).applied()).isTrue();
        double[] after = checked(graph, weights, close);
        assertThat(Closeness.relative(1e-2).mismatch(after, before)).as("R moves").isPresent();
      }
    }
  }

  /** R of the first layer, after R R' of all was found to be the identity. */
  private static double[] checked(Graph graph, Weights weights, Closeness close) {
    double[] identity = new double[Methods.RANK * Methods.RANK];
    for (int i = 0; i < Methods.RANK; i++) {
      identity[i * (Methods.RANK + 1)] = 1;
    }
    List<String> names =
        graph.trainableParameters().stream()
            .map(Parameter::name)
            .filter(name -> name.endsWith(".R"))
            .toList();
    assertThat(names).hasSize(graph.layers().size());
    for (String name : names) {
      try (Scope scope = weights.torch().scope()) {
        Tensor r = weights.value(name);
        close.check(name, r.matmul(r.t()).toDoubles(), identity);
      }
    }
    return weights.value(names.get(0)).toDoubles();
  }

  /** The examples' first learned tokens are 1, 4, 2; the last has none. */
  @Test
  void aBatchKnowsItsPrompts() {
    TinyModel model = TinyModel.of("llama-tiny");
    try (Torch torch = Torch.cpu();
        Batch batch = model.batch(torch)) {
      Layout layout = batch.extents().layout(Axis.TOKENS);
      assertThat(IntStream.range(0, 4).map(layout::prompt)).containsExactly(1, 4, 2, 9);
      assertThat(Layout.ofLengths(3, 5).prompt(1)).isEqualTo(5);
    }
  }
}
