package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.control.UserFunctions;
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
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.recipe.Catalogue;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What recipes say of the functions of edges, on tiny models: every function around every block of
 * any layers, and methods written edge by edge.
 */
class FunctionsOnModelsTest {
  private static final Map<String, String> BLOCKS =
      Map.of(
          "{name: control, blocks: [attn]", "attn",
          "{name: control, blocks: [mlp]", "mlp",
          "{name: control, blocks: [block]", "block",
          "{name: control, blocks: [attn, block]", "attn, block",
          "{name: double-control", "attn, mlp");

  private static final Map<String, Set<Integer>> LAYERS =
      Map.of("first 2", Set.of(0, 1), "last 1", Set.of(2), "[0, 2]", Set.of(0, 2));

  private static final UserFunctions OWN =
      UserFunctions.of(
          List.of(
              new UserFunction(
                  "own",
                  List.of(
                      new UserFunction.Theta(
                          "M", (in, out) -> new long[] {out, in}, Initializer.ZEROS)),
                  (x, theta) -> x.matmul(theta.get(0).t()).tanh())));

  /** Every word that the key can have. */
  static Stream<Arguments> functions() {
    String words =
        Catalogue.ALL.options().stream()
            .filter(option -> option.key().equals("method.function"))
            .map(option -> option.kind().words())
            .findFirst()
            .orElseThrow();
    return Arrays.stream(words.split(", "))
        .flatMap(
            function ->
                Stream.of("llama-tiny", "bert-tiny", "vit-tiny")
                    .map(model -> Arguments.of(function, model)));
  }

  private static StepShape shape(String model) throws IOException {
    return StepShape.of(
        Families.read(Fixtures.file(model).resolve("config.json")),
        List.of(5, 7),
        DType.FLOAT64,
        OWN);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everyFunctionGoesAroundEveryBlockOfAnyLayers(String function, String model)
      throws IOException {
    StepShape shape = shape(model);
    String keys =
        switch (function) {
          case "ia3", "bitfit" -> "";
          case "user" -> ", user_function: own";
          default -> ", rank: 2";
        };
    try (Torch torch = Torch.cpu()) {
      for (Map.Entry<String, String> blocks : BLOCKS.entrySet()) {
        for (Map.Entry<String, Set<Integer>> layers : LAYERS.entrySet()) {
          String method =
              blocks.getKey()
                  + ", function: "
                  + function
                  + keys
                  + ", layers: "
                  + layers.getKey()
                  + "}";
          Graph graph = shape.tuned(Methods.parse(method));
          Set<String> expected =
              layers.getValue().stream()
                  .flatMap(
                      layer ->
                          Arrays.stream(blocks.getValue().split(", "))
                              .map(block -> "layers." + layer + "." + block))
                  .collect(Collectors.toCollection(TreeSet::new));
          assertThat(learned(torch, shape, graph)).as(method).isEqualTo(expected);
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  /** The edges of which a step changes parameters: all that there are. */
  private static Set<String> learned(Torch torch, StepShape shape, Graph graph) {
    Map<String, Boolean> changed = new TreeMap<>();
    try (Weights weights = Weights.random(torch, graph, DType.FLOAT64, 1)) {
      Map<String, double[]> before = values(graph, weights);
      step(torch, shape, graph, weights, 1);
      values(graph, weights)
          .forEach(
              (name, values) ->
                  changed.merge(
                      name.replaceAll("^(layers\\.\\d+\\.\\w+)\\..*", "$1"),
                      !Arrays.equals(values, before.get(name)),
                      Boolean::logicalOr));
    }
    assertThat(changed).doesNotContainValue(false);
    return changed.keySet();
  }

  private static Map<String, double[]> values(Graph graph, Weights weights) {
    return graph.trainableParameters().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
        .collect(
            Collectors.toMap(
                Parameter::name, parameter -> weights.value(parameter.name()).toDoubles()));
  }

  private static void step(Torch torch, StepShape shape, Graph graph, Weights weights, int steps) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), StorePolicy.CHEAP);
    try (AdamW adamW = new AdamW(weights, new AdamW.Options(0.9, 0.999, 1e-8, 0))) {
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      for (int i = 0; i < steps; i++) {
        assertThat(step.run(List.of(() -> shape.batch(torch)), shape.labels(), 0.01).applied())
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "vit-tiny"})
  void loraIsEdgesOfLinears(String model) throws IOException {
    StepShape shape = shape(model);
    StringJoiner edges = new StringJoiner(", ", "{name: edges, edges: [", "]}");
    for (Layer layer : shape.family().graph().layers()) {
      for (String target : shape.family().backbone().defaultTargets()) {
        Edge linear =
            shape.family().graph().producer(layer.projections().get(target)).orElseThrow();
        edges.add(
            "{from: "
                + linear.inputs().get(0).name()
                + ", to: "
                + linear.name()
                + ", rank: 3, alpha: 2, bias: false}");
      }
    }
    sameNumbers(shape, "{name: lora, rank: 3, alpha: 6}", edges.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, loreft",
    "bert-tiny, loreft",
    "vit-tiny, loreft",
    "llama-tiny, direft",
  })
  void reftIsEdgesOfLayersOutputs(String model, String variant) throws IOException {
    String positions = model.equals("vit-tiny") ? "all" : "'first 2, last 1'";
    sameNumbers(
        shape(model),
        "{name: reft, rank: 3, variant: "
            + variant
            + ", layers: last 2, alpha: 0.5, positions: "
            + positions
            + "}",
        "{name: edges, layers: last 2, edges: [{from: output, to: output, rank: 3, function: "
            + variant
            + ", alpha: 0.5, positions: "
            + positions
            + "}]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "vit-tiny"})
  void routedOfNoneIsControlAndOfSomeEdges(String model) throws IOException {
    sameNumbers(shape(model), "{name: control, rank: 3}", "{name: routed, k: 0, rank: 3}");
    sameNumbers(
        shape(model),
        "{name: routed, blocks: [attn, mlp], rank: 3}",
        "{name: edges, edges: [{from: input, to: middle, rank: 3, function: routed},"
            + " {from: middle, to: output, rank: 3, function: routed}]}");
  }

  /** After three steps, from the same values: to the bit. */
  private static void sameNumbers(StepShape shape, String method, String edges) {
    Graph first = shape.tuned(Methods.parse(method));
    Graph second = shape.tuned(Methods.parse(edges));
    try (Torch torch = Torch.cpu();
        Weights one = Weights.random(torch, first, DType.FLOAT64, 1);
        Weights other = Weights.random(torch, second, DType.FLOAT64, 1)) {
      other.flatValues().copyFrom(one.flatValues());
      double[] before = one.flatValues().toDoubles();
      step(torch, shape, first, one, 3);
      step(torch, shape, second, other, 3);
      assertThat(one.flatValues().toDoubles()).isNotEqualTo(before);
      assertThat(other.flatGradients().toDoubles()).isEqualTo(one.flatGradients().toDoubles());
      assertThat(other.flatValues().toDoubles()).isEqualTo(one.flatValues().toDoubles());
    }
  }
}
