package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.adapters.combine.Combination;
import dev.statecraft.adapters.combine.CombinedAdapter;
import dev.statecraft.adapters.combine.CombinedEdge;
import dev.statecraft.adapters.combine.Combining;
import dev.statecraft.adapters.combine.EdgeAction;
import dev.statecraft.adapters.combine.Member;
import dev.statecraft.adapters.combine.OnCycle;
import dev.statecraft.adapters.combine.method.TsvM;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be combined, what is named anew, and what is told. */
class CombinationRulesTest extends CombinationFixture {
  private static Combining trimming(Combining how) {
    return new Combining(
        how.label(), how.method(), how.shares(), how.weights(), how.rank(), OnCycle.TRIM);
  }

  private ControlEdge edge(String from, String to) {
    return ControlEdge.between(from, to, lowRank(2, 1, false));
  }

  private Member crossing(String name, long seed, String from, String to) throws IOException {
    return member(name, seed, new StateTuning(List.of(edge(from, to)), LayerSelection.ALL));
  }

  @ParameterizedTest
  @CsvSource({"dora", "reft", "routed"})
  void whatNoSumIsIsRefused(String method) throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, Descriptions.of(method, tiny.family()));
    Member b = reopened("b", folder.resolve("a"));
    assertThatThrownBy(() -> new Combination(List.of(a, b), AVERAGE))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("combine: expected ");
  }

  /** Each is acyclic alone: k from q, and q from k. */
  @Test
  void aCycleOfTwoRunsIsRefusedOrTrimmed() throws IOException {
    open("llama-tiny");
    Member a = crossing("a", 5, "layers.0.q", "layers.0.k");
    Member b = crossing("b", 6, "layers.0.k", "layers.0.q");
    assertThatThrownBy(() -> new Combination(List.of(a, b), AVERAGE))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "combine: cycle: expected edges that are acyclic together, found that from 'layers.0.k'"
                + " to 'layers.0.q' of 'b' closes layers.0.q -> layers.0.k -> layers.0.q with that"
                + " from 'layers.0.q' to 'layers.0.k' of 'a'; --on-cycle trim leaves it out");
    try (CombinedAdapter made =
        new Combination(List.of(a, b), trimming(AVERAGE)).make(tiny.torch())) {
      assertThat(logits(made)).isEqualTo(own.get("a"));
      CombinedEdge gone =
          made.edges().stream()
              .filter(row -> row.action() == EdgeAction.TRIMMED)
              .findFirst()
              .orElseThrow();
      assertThat(gone.runs()).containsExactly("b");
      assertThat(gone.why()).isEqualTo("closes layers.0.q -> layers.0.k -> layers.0.q");
    }
    try (CombinedAdapter made =
        new Combination(List.of(b, a), trimming(AVERAGE)).make(tiny.torch())) {
      assertThat(logits(made)).isEqualTo(own.get("b"));
    }
  }

  @Test
  void functionsThatAreNoProductStaySideBySide() throws IOException {
    open("llama-tiny");
    ControlFunction gated = new Gated(2, 0.5, 4, Initializer.KAIMING);
    Member a = member("a", 5, StateTuning.control(gated, LayerSelection.ALL));
    Member b = member("b", 6, StateTuning.control(gated, LayerSelection.parse("1")));
    try (CombinedAdapter made = new Combination(List.of(a, b), linear(1, 0)).make(tiny.torch())) {
      close(logits(made), own.get("a"), 1e-6);
      assertThat(made.edges()).extracting(CombinedEdge::action).contains(EdgeAction.BESIDE);
    }
    assertThatThrownBy(() -> new Combination(List.of(a, b), of("tsv", new TsvM())))
        .hasMessage(
            "combine: --method tsv: expected low-rank edges where several runs have one, found"
                + " 'layers.1.mlp': gated in 'a', gated in 'b'; average and linear can add any up");
  }

  @Test
  void doraIsKeptButNotCombined() throws IOException {
    open("llama-tiny");
    Dora dora = new Dora(2, 4, 0, List.of("q_proj"), LayerSelection.ALL);
    Member a = member("a", 5, dora);
    Member b = member("b", 6, lora(2, "all", "q_proj"));
    Member c = member("c", 7, control(2, "all"));
    assertThatThrownBy(() -> new Combination(List.of(a, b), AVERAGE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("found dora in 'a', whose lengths of rows are of its own update");
    try (CombinedAdapter made = new Combination(List.of(a, c), AVERAGE).make(tiny.torch())) {
      assertThat(distance(logits(made), own.get("a"))).isGreaterThan(1e-4);
      assertThat(made.edges()).extracting(CombinedEdge::action).containsOnly(EdgeAction.KEPT);
    }
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, lora(2, "0", "q_proj"));
    AdapterDescription description =
        AdapterDescription.of("some", "some/model", List.of(lora(2, "0", "q_proj")));
    Graph tuned = tiny.tuned(description);
    try (Weights weights = tiny.random(tuned, 3)) {
      weights.value("model.layers.0.self_attn.q_proj.lora_A.weight").fill(Double.NaN);
      AdapterFolder.save(folder.resolve("b"), description, tiny.family(), weights);
    }
    Member b = reopened("b", folder.resolve("b"));
    Combination combination = new Combination(List.of(a, b), AVERAGE);
    assertThatThrownBy(() -> combination.make(tiny.torch()))
        .isInstanceOf(dev.statecraft.base.InvalidInputException.class)
        .hasMessage(
            "combine: expected finite values, found others in 'model.layers.0.self_attn.q_proj' of"
                + " 'b'");
  }

  @Test
  void sharedMatricesAreThereOnce() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, Descriptions.of("vera edges", tiny.family()));
    SharedLowRank first = new SharedLowRank(4, 0.3, 0, 5);
    ControlEdge named = ControlEdge.between("layers.0.middle", "layers.2.output", first);
    Member b = member("b", 6, new StateTuning(List.of(named), LayerSelection.ALL));
    double[] found = combined(AVERAGE, a, b);
    assertThat(distance(found, own.get("a"))).isGreaterThan(1e-4);
    assertThat(distance(found, own.get("b"))).isGreaterThan(1e-4);
  }

  /** The name of an edge does not matter, where it goes does. */
  @Test
  void edgesOfOneKindAndPlaceAreOneWhateverTheirName() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, control(2, "0"));
    ControlEdge named = edge("layers.0.middle", "layers.0.output");
    Member b = member("b", 6, new StateTuning(List.of(named), LayerSelection.ALL));
    close(combined(linear(1, 0), a, b), own.get("a"), 1e-5);
    close(combined(linear(0, 1), a, b), own.get("b"), 1e-5);
    try (CombinedAdapter made = new Combination(List.of(a, b), AVERAGE).make(tiny.torch())) {
      assertThat(made.edges()).extracting(CombinedEdge::action).containsOnly(EdgeAction.MERGED);
    }
  }

  /** Names of edges are found anew where runs have them already. */
  @Test
  void combinedOnesCanBeCombined() throws IOException {
    open("llama-tiny");
    ControlFunction gated = new Gated(2, 0.5, 4, Initializer.KAIMING);
    List<Member> members = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      members.add(member(name, name.charAt(0), StateTuning.control(gated, LayerSelection.ALL)));
    }
    Member both;
    try (CombinedAdapter made =
        new Combination(members.subList(0, 2), linear(0.5, 2)).make(tiny.torch())) {
      made.save(folder.resolve("both"), List.of(0), Map.of());
      own.put("both", logits(folder.resolve("both")));
      both = reopened("both", folder.resolve("both"));
    }
    close(combined(linear(1, 0), both, members.get(2)), own.get("both"), 1e-6);
    close(combined(linear(0, 1), both, members.get(2)), own.get("c"), 1e-6);
    close(combined(linear(1, 0), members.get(2), both), own.get("c"), 1e-6);
  }

  @Test
  void seriesAndSumsAtOneStateAreTold() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, Descriptions.of("reft", tiny.family()));
    Member b = member("b", 6, control(2, "all"));
    assertThat(new Combination(List.of(a, b), AVERAGE).notes())
        .containsExactly(
            "edges of 'a' and 'b' meet at 'layers.*.output', where one changes what the other"
                + " leaves: they come in the order of the runs");
    assertThat(new Combination(List.of(b, member("c", 7, control(2, "0"))), AVERAGE).notes())
        .isEmpty();
  }

  @Test
  void whatFloatsCannotHoldIsRefused() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, control(2, "all"));
    Member b = member("b", 6, control(2, "all"));
    Combination combination = new Combination(List.of(a, b), linear(1e42, 1e42));
    assertThatThrownBy(() -> combination.make(tiny.torch()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("combine: expected values that float32 can hold, found others in");
    assertThat(tiny.torch().liveTensors()).isZero();
  }

  @Test
  void allOrNoneAreFull() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, Descriptions.of("full", tiny.family()));
    Member b = member("b", 6, lora(2, "0", "q_proj"));
    assertThatThrownBy(() -> new Combination(List.of(a, b), AVERAGE))
        .hasMessage(
            "combine: expected full tuning in all runs or in none, found it in 'a' alone of [a,"
                + " b]");
    Member c = member("c", 7, Descriptions.of("full", tiny.family()));
    close(combined(linear(0, 1), a, c), own.get("c"), 1e-5);
  }
}
