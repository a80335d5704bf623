package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.FusedLinears;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Gradients of every weight. */
class FullTuningTest {
  static final List<String> NAMES = TinyModel.NAMES;

  /**
   * On entries of every parameter: the one with the largest gradient, which alone would notice a
   * wrong row, and three at random.
   */
  @ParameterizedTest
  @FieldSource("NAMES")
  void gradientsAreTheSlopeOfTheLoss(String name) {
    TinyModel model = TinyModel.of(name);
    Graph graph = new FullTuning().apply(model.graph());
    assertThat(graph.trainableParameters()).hasSameSizeAs(graph.parameters().keySet());
    Random random = new Random(4);
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, graph)) {
      Map<String, double[]> gradients = model.gradients(torch, graph, weights, StorePolicy.CHEAP);
      for (Parameter parameter : graph.trainableParameters()) {
        double[] gradient = gradients.get(parameter.name());
        double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
        List<Integer> entries = new ArrayList<>();
        for (int i = 0; i < gradient.length && entries.isEmpty(); i++) {
          if (Math.abs(gradient[i]) == largest) {
            entries.add(i);
          }
        }
        for (int i = 0; i < 3; i++) {
          entries.add(random.nextInt(gradient.length));
        }
        for (int entry : entries) {
          assertThat(slope(torch, model, graph, weights, parameter.name(), entry))
              .as(parameter.name() + " at " + entry)
              .isCloseTo(gradient[entry], within(1e-9 + 1e-6 * largest));
        }
      }
    }
  }

  private static double slope(
      Torch torch, TinyModel model, Graph graph, Weights weights, String name, int entry) {
    double h = 1e-5;
    try (Tensor flat = weights.value(name).view(-1);
        Tensor value = flat.narrow(0, entry, 1)) {
      final double before = value.item();
      value.fill(before + h);
      final double above = model.loss(torch, graph, weights);
      value.fill(before - h);
      final double below = model.loss(torch, graph, weights);
      value.fill(before);
      return (above - below) / (2 * h);
    }
  }

  private static Graph training(Graph graph, String name) {
    return graph
        .edit()
        .replaceAll(
            edge ->
                edge.withParameters(
                    edge.parameters().stream()
                        .map(p -> p.name().equals(name) ? p.withTrainable(true) : p)
                        .toList()))
        .build();
  }

  /** The table's gradient is the sum of what it gets as embedding and as head. */
  @Test
  void tiedEmbeddingsAddUpBothContributions() {
    String table = "model.embed_tokens.weight";
    TinyModel model = TinyModel.of("llama-tied");
    Graph tied = training(model.graph(), table);
    // Two parameters of the same values, each used once.
    Parameter own = Parameter.base("own_head.weight", 97, 32).withTrainable(true);
    Graph untied =
        tied.edit()
            .replaceAll(
                edge ->
                    edge.name().equals(TaskModel.LOSS) || edge.name().equals(TaskModel.LOGITS)
                        ? edge.withParameters(List.of(own))
                        : edge)
            .build();
    try (Torch torch = Torch.cpu();
        Weights one = model.weights(torch, tied);
        Weights two = Weights.load(torch, untied, one.computeType(), values(one, table), 0)) {
      double[] sum = model.gradients(torch, tied, one, StorePolicy.CHEAP).get(table);
      Map<String, double[]> parts = model.gradients(torch, untied, two, StorePolicy.CHEAP);
      double[] expected = parts.get(table).clone();
      double[] head = parts.get("own_head.weight");
      for (int i = 0; i < expected.length; i++) {
        expected[i] += head[i];
      }
      assertThat(head).as("the head's part is not zero").contains(head[100]).isNotEqualTo(sum);
      Closeness.relative(1e-12).check(table, sum, expected);
    }
  }

  private static WeightSource values(Weights weights, String table) {
    return new WeightSource() {
      @Override
      public boolean has(String name) {
        return true;
      }

      @Override
      public void read(String name, Tensor target) {
        target.copyFrom(weights.value(name.equals("own_head.weight") ? table : name));
      }
    };
  }

  /** The backward through frozen, fused linears gives what it gives through trained ones. */
  @ParameterizedTest
  @FieldSource("NAMES")
  void fusedLinearsPassTheSameGradientOn(String name) {
    TinyModel model = TinyModel.of(name);
    // q, k and v, and of decoders gate and up; some families' come out of one linear as they are.
    boolean joined = name.startsWith("phi3") || name.startsWith("modernbert");
    int split = joined ? 0 : model.family().writesTexts() ? 2 : 1;
    Graph full = new FullTuning().apply(model.graph());
    Edge first =
        model.graph().edges().stream()
            .filter(edge -> !edge.parameters().isEmpty())
            .findFirst()
            .orElseThrow();
    String lowest = first.parameters().get(0).name();
    Graph frozen = training(model.graph(), lowest);
    assertThat(FusedLinears.of(full).groups()).isEmpty();
    assertThat(FusedLinears.of(frozen).groups()).hasSize(split * frozen.layers().size());
    try (Torch torch = Torch.cpu();
        Weights all = model.weights(torch, full);
        Weights one = model.weights(torch, frozen)) {
      for (StorePolicy policy : StorePolicy.values()) {
        Closeness.relative(1e-12)
            .check(
                lowest,
                model.gradients(torch, frozen, one, policy).get(lowest),
                model.gradients(torch, full, all, StorePolicy.ALL).get(lowest));
      }
    }
  }
}
