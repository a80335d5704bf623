package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.Affine;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.PooledLowRank;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Gradients of every function of an edge by differences, on every family, under every store policy:
 * prints them as a table.
 */
class FunctionGradientsTest {
  private static final Initializer START = Initializer.KAIMING;

  /** So small that hardly a ReLU is zero between: its slope there is no gradient. */
  private static final double STEP = 1e-6;

  /** The functions; a new one is a line here. */
  private static final Map<String, ControlFunction> FUNCTIONS = new LinkedHashMap<>();

  static {
    FUNCTIONS.put("low-rank", new LowRank(3, 0.5, false, 0, START));
    FUNCTIONS.put("low-rank, biases", new LowRank(3, 0.5, true, 0, START));
    FUNCTIONS.put("bottleneck, gelu", new Bottleneck(3, 0.7));
    FUNCTIONS.put("bottleneck, relu", new Bottleneck(3, 0.7, Activation.Kind.RELU));
    FUNCTIONS.put("bottleneck, silu", new Bottleneck(3, 0.7, Activation.Kind.SILU));
    FUNCTIONS.put("bottleneck, tanh", new Bottleneck(3, 0.7, Activation.Kind.TANH));
    FUNCTIONS.put("gated, 1 gate", new Gated(3, 0.9, 1, START));
    FUNCTIONS.put("gated, 4 gates", new Gated(3, 0.9, 4, START));
    FUNCTIONS.put("affine, 3 terms", new Affine(2, 0.9, 3, START));
    FUNCTIONS.put("means of 12", new PooledLowRank(3, 0.9, 12, 0));
    FUNCTIONS.put("routed, 2 of all", new Routed(2, new LowRank(3, 0.5, false, 0, START)));
    FUNCTIONS.put("routed, biases", new Routed(9, new LowRank(3, 0.5, true, 0, START)));
    FUNCTIONS.put("a program's own", own());
  }

  private static ControlFunction own() {
    UserFunction.Theta m =
        new UserFunction.Theta("M", (in, out) -> new long[] {out, in}, Initializer.ZEROS);
    return new UserFunction("own", List.of(m), (x, theta) -> x.matmul(theta.get(0).t()).tanh());
  }

  /** One line of the table: the largest error of any parameter under each policy. */
  private record Line(String model, String function, Map<StorePolicy, Double> errors) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "| %-12s | %-16s |", model, function)
          + errors.values().stream()
              .map(error -> String.format(Locale.ROOT, " %.1e |", error))
              .collect(Collectors.joining());
    }
  }

  @Test
  void everyFunctionHasItsGradientOnEveryFamilyUnderEveryPolicy() {
    List<Line> table = new ArrayList<>();
    try (Torch torch = Torch.cpu()) {
      for (String name : TinyModel.NAMES) {
        TinyModel model = TinyModel.of(name);
        FUNCTIONS.forEach(
            (function, g) -> table.add(new Line(name, function, errors(torch, model, g))));
      }
      assertThat(torch.liveTensors()).isZero();
    }
    System.out.println(
        Stream.of(StorePolicy.values())
            .map(StorePolicy::toString)
            .collect(Collectors.joining(" | ", "| model | function | ", " |")));
    table.forEach(System.out::println);
    assertThat(table)
        .allSatisfy(line -> assertThat(line.errors().values()).allMatch(error -> error < 1e-6));
  }

  /** Around the MLP of every layer, in series after its attention, and across layers. */
  private static Graph controlled(TinyModel model, ControlFunction g) {
    return Methods.edges(
            ControlEdge.around(BlockName.MLP, g),
            new ControlEdge("attention_output", "attention_output", "series", g),
            ControlEdge.between("embeddings", "layers.1.v", g))
        .apply(model.graph());
  }

  private static Map<StorePolicy, Double> errors(Torch torch, TinyModel model, ControlFunction g) {
    Graph graph = controlled(model, g);
    Map<StorePolicy, Double> worst = new LinkedHashMap<>();
    try (Weights weights = model.controlled(torch, graph)) {
      Random random = new Random(3);
      Map<Slope, Double> measured = new LinkedHashMap<>();
      for (List<Parameter> alike : byRole(graph)) {
        Slope slope = Slope.through(alike, random);
        measured.put(slope, slope.measured(torch, model, graph, weights, STEP));
      }
      for (StorePolicy policy : StorePolicy.values()) {
        Map<String, double[]> gradients = model.gradients(torch, graph, weights, policy);
        worst.put(
            policy,
            measured.entrySet().stream()
                .mapToDouble(entry -> error(entry.getKey().of(gradients), entry.getValue()))
                .max()
                .orElseThrow());
      }
    }
    return worst;
  }

  /** Relative, of slopes that are not close to zero. */
  private static double error(double slope, double measured) {
    return Math.abs(measured - slope) / (0.01 + Math.abs(slope));
  }

  /** The parameters of all edges that are called the same: A.weight, B.weight... */
  private static List<List<Parameter>> byRole(Graph graph) {
    return List.copyOf(
        graph.trainableParameters().stream()
            .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
            .collect(
                Collectors.groupingBy(
                    parameter -> parameter.name().replaceAll(".*\\.(?=[A-Z])", ""),
                    LinkedHashMap::new,
                    Collectors.toList()))
            .values());
  }
}
