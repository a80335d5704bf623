package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every method of tuning on every family. */
class MethodTest {

  /** Not DoRA: its norm is held constant in the gradient, so the slope is another by intent. */
  static Stream<Arguments> methodsWithASlope() {
    return Methods.ofAllModels()
        .filter(arguments -> !arguments.get()[1].toString().endsWith("dora"));
  }

  private static Tuning tuning(TinyModel model, String method, double dropout) {
    return Methods.of(model, dropout).get(method);
  }

  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
  void aFreshlyTunedModelIsItsBase(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph base = model.graph();
    Graph tuned = tuning(model, method, 0.1).apply(base);
    try (Torch torch = Torch.cpu();
        Weights before = model.weights(torch, base);
        Weights after = model.weights(torch, tuned)) {
      double[] expected = model.logits(torch, base, before);
      double[] actual = model.logits(torch, tuned, after);
      Closeness.relative(1e-12).check("logits", actual, expected);
      if (Methods.startsToTheBit(method)) {
        assertThat(actual).as("logits, bit for bit").isEqualTo(expected);
      }
      try (Weights moved = model.controlled(torch, tuned)) {
        assertThat(Closeness.relative(1e-2).mismatch(model.logits(torch, tuned, moved), expected))
            .as("control parameters that are not zero change the logits")
            .isPresent();
      }
    }
  }

  /** With final values thin products are joined and derived values kept. */
  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
  void aModelThatOnlyAnswersComputesTheSame(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuning(model, method, 0.1).apply(model.graph());
    try (Torch torch = Torch.cpu()) {
      try (Weights weights = model.controlled(torch, graph)) {
        double[] expected = model.logits(torch, graph, weights);
        weights.settle();
        Closeness.relative(1e-12).check("first", model.logits(torch, graph, weights), expected);
        long live = torch.liveTensors();
        Closeness.relative(1e-12).check("again", model.logits(torch, graph, weights), expected);
        assertThat(torch.liveTensors()).isEqualTo(live);
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  /** Every gradient of every trained parameter, on the graph with its dropout masks fixed. */
  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofFewer")
  void gradientsAreTheSameUnderEveryPolicy(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuning(model, method, 0.2).apply(model.graph());
    try (Torch torch = Torch.cpu()) {
      try (Weights weights = model.controlled(torch, graph)) {
        Map<String, double[]> expected = model.gradients(torch, graph, weights, StorePolicy.ALL);
        for (LayerPolicies policy : policies(graph)) {
          Map<String, double[]> actual = model.gradients(torch, graph, weights, policy);
          assertThat(actual).containsOnlyKeys(expected.keySet());
          expected.forEach(
              (key, values) ->
                  Closeness.relative(1e-12)
                      .withFloor(1e-3)
                      .check(key + ", store " + policy.describe(), actual.get(key), values));
        }
      }
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }

  /** Also where some of the linears that are computed together are wider than others. */
  @ParameterizedTest
  @CsvSource({"llama-tied, lora", "qwen3-tiny, control", "gemma2-tiny, lora", "phi3-tiny, dora"})
  void gradientsAreTheSameToTheBitUnderEveryPolicy(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuning(model, method, 0.2).apply(model.graph());
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph, DType.FLOAT32, 5)) {
      Map<String, double[]> expected = model.gradients(torch, graph, weights, StorePolicy.ALL);
      for (LayerPolicies policy : policies(graph)) {
        assertThat(model.gradients(torch, graph, weights, policy))
            .as(policy.describe())
            .usingRecursiveComparison()
            .isEqualTo(expected);
      }
    }
  }

  /** All but the one that stores everything, and mixes of every two. */
  private static List<LayerPolicies> policies(Graph graph) {
    int layers = graph.layers().size();
    List<LayerPolicies> policies = new ArrayList<>();
    for (StorePolicy lean : StorePolicy.values()) {
      for (StorePolicy rest : StorePolicy.values()) {
        policies.add(LayerPolicies.mix(layers, 1, lean, rest));
      }
    }
    policies.remove(LayerPolicies.uniform(StorePolicy.ALL));
    return policies;
  }

  /** Along one random direction through all trained parameters at once. */
  @ParameterizedTest
  @MethodSource("methodsWithASlope")
  void gradientsAreTheSlopeOfTheLoss(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuning(model, method, 0).apply(model.graph());
    try (Torch torch = Torch.cpu();
        Weights weights = model.controlled(torch, graph)) {
      Map<String, double[]> gradients = model.gradients(torch, graph, weights, StorePolicy.CHEAP);
      Random random = new Random(11);
      for (Parameter parameter : graph.trainableParameters()) {
        Slope along = Slope.through(List.of(parameter), random);
        double slope = along.of(gradients);
        assertThat(along.measured(torch, model, graph, weights, Slope.STEP))
            .as(parameter.name())
            .isCloseTo(
                slope, org.assertj.core.api.Assertions.within(1e-8 + 1e-6 * Math.abs(slope)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
  void trainsAsManyParametersAsTheFormulaSays(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuning(model, method, 0).apply(model.graph());
    long head =
        new HeadTuning()
            .apply(model.graph()).trainableParameters().stream()
                .mapToLong(Parameter::elements)
                .sum();
    assertThat(graph.trainableParameters().stream().mapToLong(Parameter::elements).sum() - head)
        .isEqualTo(formula(model, method));
    Set<Parameter> norms = Set.copyOf(norms(graph));
    assertThat(graph.trainableParameters())
        .allMatch(
            p ->
                p.role() == Parameter.Role.CONTROL
                    || p.role() == Parameter.Role.HEAD
                    || norms.contains(p));
  }

  private static long formula(TinyModel model, String method) {
    long layers = model.family().config().numHiddenLayers();
    long d = model.family().config().hiddenSize();
    long r = Methods.RANK;
    Graph base = model.graph();
    long lora =
        base.layers().stream()
            .flatMap(
                layer ->
                    model.family().backbone().defaultTargets().stream()
                        .map(layer.projections()::get))
            .mapToLong(state -> r * (features(base, state) + inFeatures(base, state)))
            .sum();
    long rows =
        base.layers().stream()
            .flatMap(
                layer ->
                    model.family().backbone().defaultTargets().stream()
                        .map(layer.projections()::get))
            .mapToLong(state -> features(base, state))
            .sum();
    return switch (method) {
      case "lora", "pissa" -> lora;
      case "lora with biases" -> lora + rows;
      case "tokens and lora" -> lora + 3 * d;
      case "two tables of one" -> 2 * base.parameters().get("model.embed_tokens.weight").elements();
      case "dora", "olora dora" -> lora + rows;
      case "qa-lora" ->
          states(base, model.family().backbone().defaultTargets())
              .mapToLong(state -> r * (features(base, state) + (inFeatures(base, state) + 19) / 20))
              .sum();
      case "vera" -> rows + r * layers * model.family().backbone().defaultTargets().size();
      case "adalora" -> lora + r * layers * model.family().backbone().defaultTargets().size();
      case "vera edges" -> 2 * layers * (r + d);
      case "control", "full-block control" -> layers * edge(model, d, d);
      case "double-control" -> 2 * layers * edge(model, d, d);
      case "routed" -> 2 * layers * edge(model, d, d) + 2 * layers * (2 * layers - 1) / 2 * (d + 1);
      case "control+lora" -> layers * edge(model, d, d) + lora;
      case "adapter" -> 2 * layers * (2 * r * d + r + d);
      case "adapter with norms" ->
          2 * layers * (2 * r * d + r + d)
              + norms(base).stream().mapToLong(Parameter::elements).sum();
      case "gated control" -> layers * (2 * r * d + 2 * (d + 1));
      case "affine double-control" -> 2 * layers * (2 * 2 * r * d + 2 * (d + 1));
      case "ia3" -> scaled(model);
      case "ia3 of shared inputs" ->
          states(base, model.family().backbone().defaultTargets())
              .mapToLong(state -> inFeatures(base, state))
              .sum();
      case "bitfit" ->
          base.layers().stream()
              .flatMap(layer -> layer.projections().values().stream().distinct())
              .mapToLong(state -> features(base, state))
              .sum();
      case "loreft", "direft" -> layers * (2 * r * d + r);
      case "patch-control" -> layers * (2 * r * d + r + d);
      case "free edges" ->
          edge(model, features(base, "layers.0.q"), features(base, "layers.0.q"))
              + edge(model, features(base, "layers.0.attention"), features(base, "layers.1.v"))
              + edge(model, d, d);
      case "cross-layer control" -> 2 * edge(model, d, d);
      default -> throw new AssertionError(method);
    };
  }

  private static List<Parameter> norms(Graph graph) {
    return graph.edges().stream()
        .filter(edge -> edge.op().isNorm())
        .flatMap(edge -> edge.parameters().stream())
        .filter(parameter -> parameter.role() == Parameter.Role.BASE)
        .toList();
  }

  private static Stream<String> states(Graph base, List<String> targets) {
    return base.layers().stream().flatMap(layer -> targets.stream().map(layer.projections()::get));
  }

  private static long scaled(TinyModel model) {
    Graph base = model.graph();
    ScaledTargets scaled = model.family().backbone().scaledTargets();
    List<String> outputs = new ArrayList<>(scaled.targets());
    outputs.removeAll(scaled.feedForward());
    return states(base, outputs).mapToLong(state -> features(base, state)).sum()
        + states(base, scaled.feedForward()).mapToLong(state -> inFeatures(base, state)).sum();
  }

  private static long edge(TinyModel model, long in, long out) {
    long r = Methods.RANK;
    return r * (in + out) + (model.family().backbone().controlBias() ? r + out : 0);
  }

  private static long features(Graph graph, String state) {
    return graph.state(state).shape().features();
  }

  private static long inFeatures(Graph graph, String state) {
    return graph.producer(state).orElseThrow().inputs().get(0).shape().features();
  }

  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
  void twoTunedModelsDifferOnlyBySeed(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = tuning(model, method, 0).apply(model.graph());
    try (Torch torch = Torch.cpu();
        Weights one = model.weights(torch, graph, DType.FLOAT32, 1);
        Weights same = model.weights(torch, graph, DType.FLOAT32, 1);
        Weights other = model.weights(torch, graph, DType.FLOAT32, 2)) {
      float[] values = one.flatValues().toFloats();
      assertThat(Arrays.equals(values, same.flatValues().toFloats())).isTrue();
      assertThat(Arrays.equals(values, other.flatValues().toFloats())).isEqualTo(!drawn(graph));
    }
    assertThat(graph.contains(TaskModel.LOGITS)).isTrue();
  }

  /** Both are the model's table, which the graph itself has no more, and random weights too. */
  @Test
  void twoTablesOfOneStartEqual() {
    TinyModel model = TinyModel.of("llama-tied");
    Graph graph = tuning(model, "two tables of one", 0).apply(model.graph());
    assertThat(graph.parameters()).doesNotContainKey("model.embed_tokens.weight");
    try (Torch torch = Torch.cpu();
        Weights loaded = model.weights(torch, graph);
        Weights random = Weights.random(torch, graph, DType.FLOAT32, 3)) {
      for (Weights weights : List.of(loaded, random)) {
        float[] read = weights.value("read").toFloats();
        assertThat(read).isEqualTo(weights.value("scored").toFloats());
        assertThat(Arrays.equals(read, new float[read.length])).isFalse();
      }
    }
  }

  /** Whether any control parameter starts by chance; heads come with the checkpoint. */
  private static boolean drawn(Graph graph) {
    return graph.trainableParameters().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
        .anyMatch(
            parameter ->
                switch (parameter.init().kind()) {
                  case NORMAL, UNIFORM, KAIMING_UNIFORM, ORTHONORMAL, ORTHOGONAL -> true;
                  case CONSTANT, ROW_NORM, ROW_SQUARES, COPY, ROWS, PRINCIPAL, TRIANGULAR -> false;
                });
  }
}
