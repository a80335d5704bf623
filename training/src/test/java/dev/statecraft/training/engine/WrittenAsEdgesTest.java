package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Scaling;
import dev.statecraft.core.control.Shift;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Methods that are edges in series, written edge by edge, give the very numbers. */
class WrittenAsEdgesTest {
  static final List<String> MODELS = TinyModel.NAMES;

  @ParameterizedTest
  @FieldSource("MODELS")
  void bitFit(String name) {
    TinyModel model = TinyModel.of(name);
    Set<String> states = new TreeSet<>();
    model.graph().layers().forEach(layer -> states.addAll(layer.projections().values()));
    sameNumbers(
        model, new BitFit(List.of(), LayerSelection.ALL), edges(model, states, new Shift()));
  }

  @ParameterizedTest
  @FieldSource("MODELS")
  void ia3(String name) {
    TinyModel model = TinyModel.of(name);
    Graph graph = model.graph();
    ScaledTargets scaled = model.family().backbone().scaledTargets();
    Set<String> states = new TreeSet<>();
    graph
        .layers()
        .forEach(
            layer ->
                scaled
                    .targets()
                    .forEach(
                        target -> {
                          Edge linear =
                              graph.producer(layer.projections().get(target)).orElseThrow();
                          boolean input = scaled.feedForward().contains(target);
                          states.add(input ? linear.inputs().get(0).name() : linear.name());
                        }));
    sameNumbers(
        model,
        new Ia3(scaled.targets(), scaled.feedForward(), LayerSelection.ALL),
        edges(model, states, new Scaling()));
  }

  /** One edge in series on each state, in the order in which they are computed. */
  private static Tuning edges(TinyModel model, Set<String> states, ControlFunction function) {
    List<String> order = new ArrayList<>(model.graph().states().keySet());
    return new StateTuning(
        states.stream()
            .sorted(Comparator.comparing(order::indexOf))
            .map(state -> ControlEdge.between(state, state, function))
            .toList(),
        LayerSelection.ALL);
  }

  private static void sameNumbers(TinyModel model, Tuning method, Tuning edges) {
    try (Torch torch = Torch.cpu();
        Weights one = model.controlled(torch, method.apply(model.graph()));
        Weights other = model.controlled(torch, edges.apply(model.graph()))) {
      other.flatValues().copyFrom(one.flatValues());
      steps(torch, model, method.apply(model.graph()), one);
      steps(torch, model, edges.apply(model.graph()), other);
      assertThat(other.flatGradients().toDoubles()).isEqualTo(one.flatGradients().toDoubles());
      assertThat(other.flatValues().toDoubles()).isEqualTo(one.flatValues().toDoubles());
    }
  }

  private static void steps(Torch torch, TinyModel model, Graph graph, Weights weights) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), StorePolicy.CHEAP);
    double[] before = weights.flatValues().toDoubles();
    int[] all = IntStream.range(0, model.examples()).toArray();
    try (AdamW adamW = new AdamW(weights, new AdamW.Options(0.9, 0.999, 1e-8, 0.01))) {
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      for (int i = 0; i < 3; i++) {
        step.run(
            List.of(() -> model.batch(torch, weights.computeType(), all)), model.labels(), 0.01);
      }
    }
    assertThat(weights.flatValues().toDoubles()).isNotEqualTo(before);
  }
}
