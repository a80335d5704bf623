package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every method of tuning on every family. */
class MethodTest {

  /** Not DoRA: its norm is held constant in the gradient, so the slope is another by intent. */
  static Stream<Arguments> methodsWithASlope() {
    return Methods.ofAllModels().filter(arguments -> !arguments.get()[1].equals("dora"));
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
      if (!method.equals("dora")) {
        assertThat(actual).as("logits, bit for bit").isEqualTo(expected);
      }
      try (Weights moved = model.controlled(torch, tuned)) {
        assertThat(Closeness.relative(1e-2).mismatch(model.logits(torch, tuned, moved), expected))
            .as("control parameters that are not zero change the logits")
            .isPresent();
      }
    }
  }

  /** Every gradient of every trained parameter, on the graph with its dropout masks fixed. */
  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
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
        double[] gradient = gradients.get(parameter.name());
        double[] direction = random.doubles(gradient.length, -1, 1).toArray();
        double slope = 0;
        for (int i = 0; i < gradient.length; i++) {
          slope += gradient[i] * direction[i];
        }
        double h = 3e-5;
        double near =
            lossAlong(torch, model, graph, weights, parameter, direction, h)
                - lossAlong(torch, model, graph, weights, parameter, direction, -h);
        double far =
            lossAlong(torch, model, graph, weights, parameter, direction, 2 * h)
                - lossAlong(torch, model, graph, weights, parameter, direction, -2 * h);
        assertThat((8 * near - far) / (12 * h))
            .as(parameter.name())
            .isCloseTo(
                slope, org.assertj.core.api.Assertions.within(1e-8 + 1e-6 * Math.abs(slope)));
      }
    }
  }

  private static double lossAlong(
      Torch torch,
      TinyModel model,
      Graph graph,
      Weights weights,
      Parameter parameter,
      double[] direction,
      double h) {
    try (Tensor step = torch.of(DType.FLOAT64, direction, parameter.sizes())) {
      weights.value(parameter.name()).addInPlace(step, h);
      double loss = model.loss(torch, graph, weights);
      weights.value(parameter.name()).addInPlace(step, -h);
      return loss;
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
    assertThat(graph.trainableParameters())
        .allMatch(p -> p.role() == Parameter.Role.CONTROL || p.role() == Parameter.Role.HEAD);
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
      case "lora" -> lora;
      case "dora" -> lora + rows;
      case "vera" -> rows + r * layers * model.family().backbone().defaultTargets().size();
      case "vera edges" -> 2 * layers * (r + d);
      case "control", "full-block control" -> layers * edge(model, d, d);
      case "double-control" -> 2 * layers * edge(model, d, d);
      case "control+lora" -> layers * edge(model, d, d) + lora;
      case "adapter" -> 2 * layers * (2 * r * d + r + d);
      case "free edges" ->
          edge(model, features(base, "layers.0.q"), features(base, "layers.0.q"))
              + edge(model, features(base, "layers.0.attention"), features(base, "layers.1.v"))
              + edge(model, d, d);
      case "cross-layer control" -> 2 * edge(model, d, d);
      default -> throw new AssertionError(method);
    };
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

  private static boolean isRandom(Parameter parameter) {
    return parameter.role() == Parameter.Role.CONTROL
        && parameter.init().kind() != Initializer.Kind.CONSTANT
        && !parameter.init().isDerived();
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
      assertThat(Arrays.equals(values, other.flatValues().toFloats()))
          .isEqualTo(graph.trainableParameters().stream().noneMatch(MethodTest::isRandom));
    }
    assertThat(graph.contains(TaskModel.LOGITS)).isTrue();
  }
}
