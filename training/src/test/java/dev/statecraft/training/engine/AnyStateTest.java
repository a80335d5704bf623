package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Control between any two states: it is refused in one line, or its gradient is right. */
class AnyStateTest {
  private static final ControlFunction G = new Bottleneck(2, 0.5);

  private static Optional<GraphException> refusal(Graph base, String from, String to) {
    try {
      Methods.edges(ControlEdge.between(from, to, G)).apply(base);
      return Optional.empty();
    } catch (GraphException e) {
      return Optional.of(e);
    }
  }

  /** All that is computed from a state, found by walking from reader to reader. */
  private static Set<String> computedFrom(Graph graph, String state) {
    Set<String> found = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(state));
    while (!open.isEmpty()) {
      for (Edge reader : graph.consumers(open.remove(0))) {
        if (found.add(reader.name())) {
          open.add(reader.name());
        }
      }
    }
    return found;
  }

  /** Every ordered pair of states; what has rows of its own kind is at most a cycle. */
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
  void onlyWhatClosesACycleIsOne(String name) {
    Graph base = TinyModel.of(name).graph();
    int accepted = 0;
    int againstTheListing = 0;
    List<String> order = List.copyOf(base.states().keySet());
    for (State to : base.states().values()) {
      Set<String> later = computedFrom(base, to.name());
      for (State from : base.states().values()) {
        Optional<GraphException> refusal = refusal(base, from.name(), to.name());
        String pair = from + " to " + to;
        refusal.ifPresent(
            e ->
                assertThat(e.getMessage())
                    .as(pair)
                    .contains(from.name(), to.name())
                    .hasLineCount(1));
        boolean cycle = refusal.filter(e -> e.getMessage().startsWith("cycle: ")).isPresent();
        if (cycle || refusal.isEmpty()) {
          assertThat(cycle).as(pair).isEqualTo(later.contains(from.name()));
        }
        if (refusal.isEmpty()) {
          accepted++;
          againstTheListing += order.indexOf(from.name()) > order.indexOf(to.name()) ? 1 : 0;
        }
      }
    }
    assertThat(accepted).isGreaterThan(200);
    assertThat(againstTheListing).isGreaterThan(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "llama-tiny|positions|rotary_table|from 'positions' to 'rotary_table': 'rotary_table'"
            + " cannot be learned: 'layers.0.q_rotated' (rotary) has no gradient with respect to"
            + " 'rotary_table'",
        "llama-tiny|rotary_table|rotary_table|'rotary_table' cannot be learned",
        "llama-tiny|loss|loss|from 'loss' to 'loss': 'loss' is the loss itself",
        "llama-tiny|logits|logits|'logits' does not reach the loss, so nothing would be learned",
        "llama-tiny|selected|selected|'selected' does not reach the loss",
        "llama-tiny|loss|layers.0.q|cycle: a control edge from 'loss' to 'layers.0.q'",
        "llama-tiny|embeddings|token_ids|state 'token_ids' comes with the batch",
        "llama-tiny|token_ids|embeddings|from 'token_ids' to 'embeddings': expected states of"
            + " numbers [rows, features], found indices token_ids [tokens]",
        "llama-tiny|embedings|layers.0.q|no state is called 'embedings'; did you mean 'embeddings'",
        "llama-tiny|embeddings|los|no state is called 'los'; did you mean 'loss'",
        "bert-tiny|labels|logits|expected states of numbers [rows, features], found indices labels",
        "bert-tiny|logits|loss|from 'logits' to 'loss': 'loss' is the loss itself",
        "vit-tiny|pixel_values|patches|expected states of numbers [rows, features], found"
            + " pixel_values [sequences, 3",
        "vit-tiny|embeddings|pixel_values|state 'pixel_values' comes with the batch",
      })
  void whatCannotBeLearnedIsRefused(String name, String from, String to, String message) {
    Graph base = TinyModel.of(name).graph();
    assertThatThrownBy(() -> Methods.edges(ControlEdge.between(from, to, G)).apply(base))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }

  /** Every state that can be controlled, in series and from one other state. */
  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny", "bert-tiny", "vit-tiny"})
  void everyStateThatIsAcceptedHasItsGradient(String name) {
    TinyModel model = TinyModel.of(name);
    Graph base = model.graph();
    Random random = new Random(5);
    int controlled = 0;
    try (Torch torch = Torch.cpu()) {
      for (String to : base.states().keySet()) {
        List<String> sources =
            base.states().keySet().stream()
                .filter(from -> refusal(base, from, to).isEmpty())
                .toList();
        if (!sources.isEmpty()) {
          controlled++;
          checkSlope(torch, model, to, to);
          checkSlope(torch, model, sources.get(random.nextInt(sources.size())), to);
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
    assertThat(controlled).isGreaterThan(35);
  }

  private static void checkSlope(Torch torch, TinyModel model, String from, String to) {
    Graph graph = Methods.edges(ControlEdge.between(from, to, G)).apply(model.graph());
    try (Weights weights = model.controlled(torch, graph)) {
      Map<String, double[]> gradients = model.gradients(torch, graph, weights, StorePolicy.CHEAP);
      Random random = new Random(11);
      double slope = 0;
      List<double[]> directions = new ArrayList<>();
      for (Parameter parameter : graph.trainableParameters()) {
        double[] gradient = gradients.get(parameter.name());
        double[] direction = random.doubles(gradient.length, -1, 1).toArray();
        directions.add(direction);
        for (int i = 0; i < gradient.length; i++) {
          slope += gradient[i] * direction[i];
        }
      }
      double h = 1e-5;
      double above = lossAt(torch, model, graph, weights, directions, h);
      double below = lossAt(torch, model, graph, weights, directions, -2 * h);
      assertThat((above - below) / (2 * h))
          .as("control from " + from + " to " + to)
          .isCloseTo(slope, within(1e-7 + 1e-5 * Math.abs(slope)));
      assertThat(gradients.values().stream().flatMapToDouble(java.util.Arrays::stream))
          .allMatch(Double::isFinite);
    }
  }

  /** The loss after all trained parameters moved by h along their directions. */
  private static double lossAt(
      Torch torch,
      TinyModel model,
      Graph graph,
      Weights weights,
      List<double[]> directions,
      double h) {
    List<Parameter> parameters = graph.trainableParameters();
    for (int i = 0; i < parameters.size(); i++) {
      try (Tensor step = torch.of(DType.FLOAT64, directions.get(i), parameters.get(i).sizes())) {
        weights.value(parameters.get(i).name()).addInPlace(step, h);
      }
    }
    return model.loss(torch, graph, weights);
  }

  private static Graph againstTheListing(Graph base) {
    return Methods.edges(
            ControlEdge.between("layers.0.up", "layers.0.gate", G),
            ControlEdge.between("layers.1.k", "layers.1.q", G),
            ControlEdge.between("layers.1.v", "layers.1.q", G),
            ControlEdge.between("layers.2.k_rotated", "layers.2.v", G))
        .apply(base);
  }

  /** Linears that are one product stay one, and every policy computes again what it may. */
  @Test
  void edgesAgainstTheListingAreTheSameUnderEveryPolicy() {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph graph = againstTheListing(model.graph());
    try (Torch torch = Torch.cpu();
        Weights weights = model.controlled(torch, graph)) {
      Map<String, double[]> expected = model.gradients(torch, graph, weights, StorePolicy.ALL);
      for (StorePolicy policy : StorePolicy.values()) {
        Map<String, double[]> actual = model.gradients(torch, graph, weights, policy);
        expected.forEach(
            (key, values) -> assertThat(actual.get(key)).as(key).containsExactly(values));
      }
      assertThat(expected.values()).allMatch(g -> java.util.Arrays.stream(g).anyMatch(x -> x != 0));
    }
    assertThat(StatePlan.inference(graph, Set.of(TaskModel.LOSS)).steps())
        .as("products of q, k, v and of gate, up")
        .filteredOn(
            step -> step.toString().contains("gate_proj") && step.toString().contains("up_proj"))
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"ALL, FLOAT32", "CHEAP, BFLOAT16", "MLP, FLOAT32", "INPUTS, FLOAT32"})
  void theirMemoryIsPredicted(StorePolicy store, DType type) {
    TinyModel model = TinyModel.of("llama-tiny");
    Graph graph = againstTheListing(model.family().graph());
    LayerPolicies policies = LayerPolicies.uniform(store);
    MemoryUse predicted =
        DryRun.step(
            graph, ComputeOptions.cpu(type), policies, torch -> model.batch(torch, type, 0, 1, 2));
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, type, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      StatePlan plan =
          StatePlan.training(graph, TaskModel.LOSS, Set.of(), policies, StateFormat.EXACT);
      torch.resetPeak();
      new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0)
          .run(List.of(() -> model.batch(torch, type, 0, 1, 2)), 21, 1e-3);
      assertThat(predicted.peakBytes()).isEqualTo(torch.peakBytes());
    }
  }

  /** A table in the master type can be read in a model of any type. */
  @ParameterizedTest
  @CsvSource({"FLOAT32", "BFLOAT16"})
  void theRotaryTableCanBeReadInEveryType(DType type) {
    TinyModel model = TinyModel.of("llama-tiny");
    for (ControlFunction function : List.of(G, Methods.lowRank(model, 1))) {
      Graph graph =
          Methods.edges(ControlEdge.between("rotary_table", "layers.1.q", function))
              .apply(model.family().graph());
      try (Torch torch = Torch.cpu();
          Weights weights = model.weights(torch, graph, type, 1)) {
        model
            .gradients(torch, graph, weights, StorePolicy.CHEAP)
            .forEach((key, values) -> assertThat(values).as(key).doesNotContain(Double.NaN));
      }
    }
  }
}
