package dev.statecraft.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.run.SmallModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatePlanTest {
  private static final LowRank G = new LowRank(2, 1, false, 0, Initializer.KAIMING);
  private final Graph base = SmallModel.graph();

  private static StatePlan training(Graph graph, StorePolicy policy) {
    return StatePlan.training(graph, "loss", Set.of(), policy);
  }

  private Graph lora(String layers, String... targets) {
    return new Lora(2, 4, 0, List.of(targets), LayerSelection.parse(layers)).apply(base);
  }

  private Graph control(String layers) {
    return StateTuning.control(G, LayerSelection.parse(layers)).apply(base);
  }

  private static List<List<String>> computed(StatePlan plan, boolean again) {
    return plan.steps().stream()
        .filter(Step.Compute.class::isInstance)
        .map(Step.Compute.class::cast)
        .filter(step -> step.again() == again)
        .map(step -> step.edges().stream().map(Edge::name).toList())
        .toList();
  }

  private static List<List<String>> differentiated(StatePlan plan) {
    return plan.steps().stream()
        .filter(Step.Differentiate.class::isInstance)
        .map(step -> ((Step.Differentiate) step).edges().stream().map(Edge::name).toList())
        .toList();
  }

  private static List<String> stored(StatePlan plan) {
    return plan.stored().stream().map(State::name).toList();
  }

  /** Walks through the steps and fails if one reads what is not there. */
  private static void checkLives(StatePlan plan) {
    Set<String> alive = new HashSet<>();
    Set<String> compressed = new HashSet<>();
    plan.graph().inputs().forEach(input -> alive.add(input.name()));
    for (Step step : plan.steps()) {
      if (step instanceof Step.Compute compute) {
        for (Edge edge : compute.edges()) {
          assertThat(alive).as("read by " + edge.name()).containsAll(names(edge.inputs()));
        }
        for (Edge edge : compute.edges()) {
          assertThat(alive.add(edge.name())).as(edge.name() + " is not there yet").isTrue();
        }
        if (compute.overwrites()) {
          Edge edge = compute.edges().get(0);
          String victim = edge.inputs().get(edge.op().overwrites()).name();
          Step next = plan.steps().get(plan.steps().indexOf(step) + 1);
          assertThat(names(((Step.Release) next).states())).contains(victim);
        }
      } else if (step instanceof Step.Differentiate differentiate) {
        for (Edge edge : differentiate.edges()) {
          assertThat(alive)
              .as("read by the backward of " + edge.name())
              .containsAll(names(List.copyOf(plan.backwardReads(edge))));
        }
      } else if (step instanceof Step.Compress compress) {
        String name = compress.state().name();
        assertThat(alive).as("compressed").contains(name);
        assertThat(compressed.add(name)).as(name + " is compressed once").isTrue();
        Step next = plan.steps().get(plan.steps().indexOf(step) + 1);
        assertThat(names(((Step.Release) next).states())).containsExactly(name);
      } else if (step instanceof Step.Restore restore) {
        String name = restore.state().name();
        assertThat(compressed.remove(name)).as(name + " is compressed").isTrue();
        assertThat(alive.add(name)).as(name + " is not there yet").isTrue();
      } else if (step instanceof Step.Release release) {
        for (State state : release.states()) {
          assertThat(alive.remove(state.name())).as(state.name() + " is there").isTrue();
        }
      }
    }
    plan.graph().inputs().forEach(input -> alive.remove(input.name()));
    assertThat(alive).isEqualTo(plan.kept());
    assertThat(compressed).as("compressed and never restored").isEmpty();
  }

  private static List<String> names(List<State> states) {
    return states.stream().map(State::name).toList();
  }

  @Test
  void everyStateIsThereWhenReadAndGoneInTheEnd() {
    List<Graph> graphs = new ArrayList<>();
    graphs.add(lora("all", "gate", "up", "down"));
    graphs.add(lora("1", "up"));
    graphs.add(control("all"));
    graphs.add(
        new StateTuning(
                List.of(
                    ControlEdge.between("l0.gate", "l1.gate", G),
                    ControlEdge.between("l0.gated", "l0.gated", G),
                    ControlEdge.between("embedded", "l1.sum", G)),
                LayerSelection.ALL)
            .apply(base));
    for (Graph graph : graphs) {
      for (StorePolicy policy : StorePolicy.values()) {
        checkLives(training(graph, policy));
        checkLives(StatePlan.training(graph, "loss", Set.of("l0.norm", "logits"), policy));
        for (StorePolicy other : StorePolicy.values()) {
          checkLives(
              StatePlan.training(graph, "loss", Set.of(), LayerPolicies.mix(2, 1, policy, other)));
        }
        checkLives(
            StatePlan.training(
                graph, "loss", Set.of(), LayerPolicies.uniform(policy), StateFormat.INT8));
        checkLives(
            StatePlan.training(
                graph,
                "loss",
                Set.of("l0.gate", "logits"),
                LayerPolicies.uniform(policy),
                StateFormat.FLOAT8));
      }
      checkLives(StatePlan.inference(graph, Set.of("logits")));
      checkLives(StatePlan.inference(graph, Set.of("l0.gate", "l1.gate", "logits")));
    }
  }

  @Test
  void everyLayerFollowsItsOwnPolicy() {
    Graph graph = lora("all", "down");
    assertThat(stored(mixed(graph, StorePolicy.ALL, StorePolicy.CHEAP)))
        .containsExactly("l0.gated", "l0.sum", "l1.gate", "l1.up", "l1.sum");
    assertThat(stored(mixed(graph, StorePolicy.CHEAP, StorePolicy.ALL)))
        .containsExactly("l0.gated", "l0.sum", "l1.gate", "l1.up", "l1.gated", "l1.sum");
    assertThat(stored(mixed(graph, StorePolicy.MLP, StorePolicy.CHEAP)))
        .containsExactly("embedded", "l0.sum", "l1.gate", "l1.up", "l1.sum");
    assertThat(stored(mixed(graph, StorePolicy.CHEAP, StorePolicy.INPUTS)))
        .containsExactly("l0.gated", "l0.sum", "l1.sum");
    assertThatThrownBy(
            () ->
                StatePlan.training(
                    graph,
                    "loss",
                    Set.of(),
                    LayerPolicies.mix(3, 1, StorePolicy.ALL, StorePolicy.CHEAP)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("at most 2, found 3");
  }

  private static StatePlan mixed(Graph graph, StorePolicy first, StorePolicy second) {
    return StatePlan.training(
        graph, "loss", Set.of(), new LayerPolicies(List.of(first, second), StorePolicy.CHEAP));
  }

  @Test
  void policiesThatComputeMoreAgainCostMore() {
    Graph graph = lora("all", "gate", "up", "down");
    double last = 0;
    // Without attention, storing inputs alone is what "mlp" does.
    for (StorePolicy policy : List.of(StorePolicy.ALL, StorePolicy.CHEAP, StorePolicy.MLP)) {
      double cost = StepCost.of(training(graph, policy), Extents.of(Layout.even(64, 1)));
      assertThat(cost).as(policy.label()).isGreaterThan(last);
      last = cost;
    }
  }

  @Test
  void statesAreReleasedRightAfterTheirLastUse() {
    StatePlan plan = StatePlan.inference(base, Set.of("logits"));
    List<String> log = new ArrayList<>();
    for (Step step : plan.steps()) {
      if (step instanceof Step.Compute compute) {
        compute.edges().forEach(edge -> log.add("+" + edge.name()));
      } else if (step instanceof Step.Release release) {
        release.states().forEach(state -> log.add("-" + state.name()));
      }
    }
    assertThat(log.stream().limit(13))
        .containsExactly(
            "+embedded",
            "+l0.norm",
            "+l0.gate",
            "+l0.up",
            "-l0.norm",
            "+l0.gated",
            "-l0.gate",
            "-l0.up",
            "+l0.down",
            "-l0.gated",
            "+l0.sum",
            "-embedded",
            "-l0.down");
    assertThat(log).doesNotContain("+loss", "-logits");
  }

  @Test
  void onlyADyingInputIsOverwritten() {
    StatePlan plan = StatePlan.inference(base, Set.of("l0.down", "logits"));
    for (Step step : plan.steps()) {
      if (step instanceof Step.Compute compute && compute.edges().get(0).name().endsWith(".sum")) {
        assertThat(compute.overwrites())
            .as(compute.edges().get(0).name())
            .isEqualTo(compute.edges().get(0).name().equals("l1.sum"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingBelowTheFirstTrainableEdgeIsDifferentiatedOrStored(StorePolicy policy) {
    StatePlan plan = training(lora("last 1", "up"), policy);
    assertThat(differentiated(plan).stream().flatMap(List::stream))
        .containsExactly("loss", "logits", "l1.sum", "l1.down", "l1.gated", "l1.up");
    assertThat(stored(plan)).noneMatch(name -> name.startsWith("l0.") && !name.equals("l0.sum"));
    assertThat(stored(plan)).doesNotContain("embedded");
    assertThat(plan.differentiates(base.producer("l1.norm").orElseThrow())).isFalse();
    Edge frozen = base.producer("l0.gate").orElseThrow();
    assertThatThrownBy(() -> plan.demand(frozen))
        .isInstanceOf(GraphException.class)
        .hasMessage("state 'l0.gate' has no backward in this plan");
  }

  @ParameterizedTest
  @EnumSource
  void aLinearProbeStoresWhatTheHeadReads(StorePolicy policy) {
    StatePlan plan = training(new HeadTuning().apply(base), policy);
    assertThat(differentiated(plan)).containsExactly(List.of("loss"), List.of("logits"));
    assertThat(stored(plan)).containsExactly("l1.sum");
    assertThat(computed(plan, true)).isEmpty();
  }

  @Test
  void policiesStoreWhatTheySay() {
    Graph graph = control("all");
    assertThat(stored(training(graph, StorePolicy.ALL)))
        .containsExactly("embedded", "l0.sum", "l1.gate", "l1.up", "l1.sum");
    assertThat(stored(training(graph, StorePolicy.MLP)))
        .containsExactly("embedded", "l0.sum", "l1.sum");
    Graph lora = lora("all", "down");
    assertThat(stored(training(lora, StorePolicy.ALL)))
        .containsExactly("l0.gated", "l0.sum", "l1.gate", "l1.up", "l1.gated", "l1.sum");
    // l0.gate and l0.up are read by no backward, so storing l0.gated is the least.
    assertThat(stored(training(lora, StorePolicy.CHEAP)))
        .containsExactly("l0.gated", "l0.sum", "l1.gate", "l1.up", "l1.sum");
    assertThat(computed(training(lora, StorePolicy.CHEAP), true))
        .containsExactly(List.of("l1.gated"));
    // No backward reads what enters layer 0, but stored it spares the wider l0.gated.
    for (StorePolicy policy : List.of(StorePolicy.MLP, StorePolicy.INPUTS)) {
      assertThat(stored(training(lora, policy))).containsExactly("embedded", "l0.sum", "l1.sum");
      assertThat(computed(training(lora, policy), true))
          .containsExactly(
              List.of("l1.norm"),
              List.of("l1.gate", "l1.up"),
              List.of("l1.gated"),
              List.of("l0.norm"),
              List.of("l0.gate", "l0.up"),
              List.of("l0.gated"));
    }
  }

  @Test
  void storedStatesAreCompressedBetweenTheirLastAndFirstUse() {
    StatePlan plan =
        StatePlan.training(
            control("all"),
            "loss",
            Set.of(),
            LayerPolicies.uniform(StorePolicy.CHEAP),
            StateFormat.INT8);
    List<String> log = new ArrayList<>();
    for (Step step : plan.steps()) {
      if (step instanceof Step.Compute compute) {
        compute.edges().forEach(edge -> log.add((compute.again() ? "again " : "+") + edge.name()));
      } else if (step instanceof Step.Compress compress) {
        assertThat(compress.format()).isEqualTo(StateFormat.INT8);
        log.add("compress " + compress.state().name());
      } else if (step instanceof Step.Restore restore) {
        log.add("restore " + restore.state().name());
      } else if (step instanceof Step.Differentiate differentiate) {
        differentiate.edges().forEach(edge -> log.add("d " + edge.name()));
      } else if (step instanceof Step.Release release) {
        release.states().forEach(state -> log.add("-" + state.name()));
      }
    }
    // Of two layers; in the first one nothing is differentiated but the control itself. Rows of
    // six (embedded, sums) are too narrow, those of nine (gate, up) are not.
    assertThat(log)
        .containsSubsequence(
            "+l1.gate",
            "+l1.up",
            "+l1.gated",
            "compress l1.gate",
            "-l1.gate",
            "compress l1.up",
            "-l1.up",
            "+logits",
            "d l1.down",
            "restore l1.gate",
            "restore l1.up",
            "d l1.gated",
            "-l1.gate",
            "-l1.up")
        .doesNotContain("compress l0.gate", "compress l1.sum", "compress embedded");
    assertThat(plan.stored().stream().map(plan::format))
        .containsExactly(
            StateFormat.EXACT,
            StateFormat.EXACT,
            StateFormat.INT8,
            StateFormat.INT8,
            StateFormat.EXACT);
    assertThat(plan.format(plan.graph().state("loss"))).isEqualTo(StateFormat.EXACT);
    assertThat(plan.format(plan.graph().state("l0.norm"))).isEqualTo(StateFormat.EXACT);
  }

  @Test
  void watchedStatesStayExact() {
    StatePlan plan =
        StatePlan.training(
            control("all"),
            "loss",
            Set.of("l1.gate"),
            LayerPolicies.uniform(StorePolicy.ALL),
            StateFormat.FLOAT8);
    assertThat(plan.steps())
        .filteredOn(Step.Compress.class::isInstance)
        .extracting(step -> ((Step.Compress) step).state().name())
        .containsExactly("l1.up");
  }

  @Test
  void exactPlansHaveNoCompression() {
    for (StorePolicy policy : StorePolicy.values()) {
      assertThat(training(control("all"), policy).steps())
          .noneMatch(step -> step instanceof Step.Compress || step instanceof Step.Restore);
    }
  }

  @Test
  void linearsOfOneInputAreFused() {
    StatePlan plan = training(control("all"), StorePolicy.CHEAP);
    assertThat(computed(plan, false)).contains(List.of("l0.gate", "l0.up"));
    assertThat(differentiated(plan)).contains(List.of("l1.gate", "l1.up"));
    State gate = base.state("l1.gate");
    State up = base.state("l1.up");
    assertThat(plan.placement(gate)).contains(new GradientPlacement.Slot("l1.gate", 0, 9, 18));
    assertThat(plan.placement(up)).contains(new GradientPlacement.Slot("l1.gate", 9, 9, 18));
    assertThat(plan.placement(base.state("l1.down"))).isEmpty();
  }

  @Test
  void loraLeavesTheFrozenLinearsFused() {
    Graph graph = lora("all", "up");
    StatePlan plan = training(graph, StorePolicy.CHEAP);
    assertThat(computed(plan, false)).contains(List.of("l0.gate", "l0.up@0"));
    GradientPlacement.Slot slot = new GradientPlacement.Slot("l1.gate", 9, 9, 18);
    assertThat(plan.placement(graph.state("l1.up@0"))).contains(slot);
    assertThat(plan.placement(graph.state("l1.up"))).as("carried through control").contains(slot);
  }

  @Test
  void trainedLinearsAreNotFused() {
    Graph graph =
        base.edit()
            .replace(
                "l0.up",
                edge -> edge.withParameters(List.of(edge.parameters().get(0).withTrainable(true))))
            .build();
    assertThat(FusedLinears.of(graph).groups())
        .extracting(group -> names(group.stream().map(Edge::output).toList()))
        .containsExactly(List.of("l1.gate", "l1.up"));
  }

  @Test
  void keptStatesAreNeverReleased() {
    Graph graph = control("all");
    StatePlan plan =
        StatePlan.training(graph, "loss", Set.of("l0.gate", "l1.norm"), StorePolicy.CHEAP);
    assertThat(plan.kept()).containsExactlyInAnyOrder("loss", "l0.gate", "l1.norm");
    Stream<String> released =
        plan.steps().stream()
            .filter(Step.Release.class::isInstance)
            .flatMap(step -> ((Step.Release) step).states().stream())
            .map(State::name);
    assertThat(released).doesNotContain("loss", "l0.gate", "l1.norm");
    assertThat(stored(plan)).doesNotContain("loss", "l0.gate", "l1.norm");
  }

  @Test
  void refusesWhatCannotBeTrained() {
    assertThatThrownBy(() -> training(base, StorePolicy.ALL))
        .isInstanceOf(GraphException.class)
        .hasMessage("nothing that 'loss' depends on is trainable");
    Graph graph = control("all");
    assertThatThrownBy(() -> StatePlan.training(graph, "x", Set.of(), StorePolicy.ALL))
        .isInstanceOf(GraphException.class)
        .hasMessage("state 'x' comes with the batch, no loss");
    assertThatThrownBy(() -> StatePlan.training(graph, "los", Set.of(), StorePolicy.ALL))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("no state is called 'los'; did you mean 'loss'");
    assertThatThrownBy(() -> StatePlan.inference(graph, Set.of("logit")))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("no state is called 'logit'; did you mean 'logits'");
    assertThatThrownBy(() -> StorePolicy.of("some"))
        .isInstanceOf(UsageException.class)
        .hasMessage("store: expected all, cheap, mlp or inputs, found 'some'");
    assertThatThrownBy(() -> StateFormat.of("int4"))
        .isInstanceOf(UsageException.class)
        .hasMessage("states: expected exact, bfloat16, float8 or int8, found 'int4'");
  }
}
