package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Control edges of one's own against the methods that are made of them. */
class ControlEdgeTest {
  private static final Closeness CLOSE = Closeness.relative(1e-12).withFloor(1e-3);

  /** Takes the values of {@code from}'s parameters over into those of other names. */
  private static void copy(Weights from, Weights to, Map<String, String> names) {
    names.forEach((source, target) -> to.value(target).copyFrom(from.value(source)));
  }

  private static void checkEqual(
      Map<String, double[]> actual, Map<String, double[]> expected, Map<String, String> names) {
    CLOSE.check("loss", actual.get(TaskModel.LOSS), expected.get(TaskModel.LOSS));
    names.forEach(
        (source, target) -> CLOSE.check(target, actual.get(target), expected.get(source)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-tiny",
        "bert-tiny",
        "roberta-tiny",
        "distilbert-tiny",
        "modernbert-tiny",
        "vit-tiny"
      })
  void loraIsControlFromTheInputToTheOutputOfLinears(String name) {
    TinyModel model = TinyModel.of(name);
    Graph base = model.graph();
    List<String> targets = model.family().backbone().defaultTargets();
    Graph lora = new Lora(Methods.RANK, Methods.ALPHA, 0, targets, LayerSelection.ALL).apply(base);
    List<ControlEdge> edges = new ArrayList<>();
    Map<String, String> names = new LinkedHashMap<>();
    for (Layer layer : base.layers()) {
      for (String target : targets) {
        Edge linear = base.producer(layer.projections().get(target)).orElseThrow();
        String from = linear.inputs().get(0).name();
        ControlEdge edge =
            ControlEdge.between(
                from, linear.name(), Methods.lowRank(model, Methods.ALPHA / Methods.RANK));
        edges.add(edge);
        String module = linear.parameters().get(0).name().replace(".weight", "");
        names.put(module + ".lora_A.weight", edge.name() + ".A.weight");
        names.put(module + ".lora_B.weight", edge.name() + ".B.weight");
      }
    }
    Graph free = new StateTuning(edges, LayerSelection.ALL).apply(base);
    try (Torch torch = Torch.cpu();
        Weights expected = model.controlled(torch, lora);
        Weights actual = model.weights(torch, free)) {
      copy(expected, actual, names);
      checkEqual(
          model.gradients(torch, free, actual, StorePolicy.CHEAP),
          model.gradients(torch, lora, expected, StorePolicy.CHEAP),
          names);
    }
  }

  private static UserFunction userLowRank() {
    return new UserFunction(
        "user_low_rank",
        List.of(
            new UserFunction.Theta(
                "first", (in, out) -> new long[] {Methods.RANK, in}, Initializer.KAIMING),
            new UserFunction.Theta(
                "second", (in, out) -> new long[] {out, Methods.RANK}, Initializer.ZEROS)),
        (x, theta) -> x.matmul(theta.get(0).t()).matmul(theta.get(1).t()).mul(0.5));
  }

  private static final List<List<String>> ENDS =
      List.of(
          List.of("layers.0.middle", "layers.0.output"),
          List.of("layers.0.v", "layers.0.v"),
          List.of("layers.0.output", "layers.2.middle"));

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "vit-tiny"})
  void aFunctionWithoutBackwardHasTheGradientsOfOneWith(String name) {
    TinyModel model = TinyModel.of(name);
    List<ControlEdge> hand = new ArrayList<>();
    List<ControlEdge> user = new ArrayList<>();
    Map<String, String> names = new LinkedHashMap<>();
    for (List<String> end : ENDS) {
      LowRank lowRank = new LowRank(Methods.RANK, 0.5, false, 0, Initializer.KAIMING);
      ControlEdge edge = ControlEdge.between(end.get(0), end.get(1), lowRank);
      hand.add(edge);
      user.add(ControlEdge.between(end.get(0), end.get(1), userLowRank()));
      names.put(edge.name() + ".A.weight", edge.name() + ".first");
      names.put(edge.name() + ".B.weight", edge.name() + ".second");
    }
    Graph expectedGraph = new StateTuning(hand, LayerSelection.ALL).apply(model.graph());
    Graph actualGraph = new StateTuning(user, LayerSelection.ALL).apply(model.graph());
    try (Torch torch = Torch.cpu()) {
      try (Weights expected = model.controlled(torch, expectedGraph);
          Weights actual = model.weights(torch, actualGraph)) {
        copy(expected, actual, names);
        for (StorePolicy policy : StorePolicy.values()) {
          checkEqual(
              model.gradients(torch, actualGraph, actual, policy),
              model.gradients(torch, expectedGraph, expected, policy),
              names);
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @Test
  void aFunctionWithoutBackwardTrains() {
    TinyModel model = TinyModel.of("llama-tiny");
    UserFunction sine =
        new UserFunction(
            "sine",
            List.of(
                new UserFunction.Theta(
                    "weight", (in, out) -> new long[] {out, in}, Initializer.ZEROS)),
            (x, theta) -> x.matmul(theta.get(0).t()).sin());
    Graph graph =
        Methods.edges(ControlEdge.between("layers.1.middle", "layers.1.output", sine))
            .apply(model.graph());
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), StorePolicy.CHEAP);
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
      OptimizerStep step =
          new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, Double.POSITIVE_INFINITY, 0);
      double first = 0;
      double last = 0;
      for (int i = 0; i < 60; i++) {
        OptimizerStep.Result result =
            step.run(List.of(() -> model.batch(torch)), model.labels(), 0.01);
        first = i == 0 ? result.loss() : first;
        last = result.loss();
      }
      assertThat(last).isLessThan(0.5 * first);
    }
    assertThat(graph.trainableParameters())
        .extracting(Parameter::elements)
        .containsExactly(32L * 32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"first 1", "last 2", "0,2"})
  void onlyTheChosenLayersAreControlled(String text) {
    TinyModel model = TinyModel.of("llama-tiny");
    LayerSelection layers = LayerSelection.parse(text);
    Graph graph = StateTuning.doubleControl(Methods.lowRank(model, 1), layers).apply(model.graph());
    List<String> expected = new ArrayList<>();
    for (Layer layer : layers.of(model.graph().layers())) {
      for (String block : List.of("attn", "mlp")) {
        expected.add("layers." + layer.index() + "." + block + ".A.weight");
        expected.add("layers." + layer.index() + "." + block + ".B.weight");
      }
    }
    assertThat(graph.trainableParameters())
        .extracting(Parameter::name)
        .containsExactlyElementsOf(expected);
  }
}
