package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.adapters.combine.Combination;
import dev.statecraft.adapters.combine.CombinedAdapter;
import dev.statecraft.adapters.combine.CombinedEdge;
import dev.statecraft.adapters.combine.EdgeAction;
import dev.statecraft.adapters.combine.Member;
import dev.statecraft.adapters.combine.method.CombineMethod;
import dev.statecraft.adapters.combine.method.Dare;
import dev.statecraft.adapters.combine.method.KLora;
import dev.statecraft.adapters.combine.method.Knots;
import dev.statecraft.adapters.combine.method.RunWeights;
import dev.statecraft.adapters.combine.method.Svd;
import dev.statecraft.adapters.combine.method.Ties;
import dev.statecraft.adapters.combine.method.TsvM;
import dev.statecraft.adapters.combine.method.ZipLora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of edges when random adapters are combined. */
class CombinationTest extends CombinationFixture {
  @ParameterizedTest
  @MethodSource("averageable")
  void theAverageOfARunWithItselfIsThatRun(String method) throws IOException {
    open("llama-tiny");
    AdapterDescription description = Descriptions.of(method, tiny.family());
    Member a = member("a", 5, description);
    Member b = reopened("b", folder.resolve("a"));
    close(combined(AVERAGE, a, b), own.get("a"), 2e-5);
  }

  /** ViT's control has biases. */
  @ParameterizedTest
  @CsvSource({"vit-tiny, double-control", "vit-tiny, control+lora", "bert-tiny, control"})
  void soItIsOnOtherModels(String model, String method) throws IOException {
    open(model);
    Member a = member("a", 5, Descriptions.of(method, tiny.family()));
    Member b = reopened("b", folder.resolve("a"));
    close(combined(AVERAGE, a, b), own.get("a"), 2e-5);
  }

  /** W + sum_i w_i s_i B_i A_i, made here by hand. */
  @ParameterizedTest
  @CsvSource({"llama-tiny, q_proj, v_proj", "bert-tiny, query, dense"})
  void linearIsTheSumOfTheUpdatesInTheWeights(String model, String first, String second)
      throws IOException {
    open(model);
    List<String> known =
        tiny.family().graph().layers().get(0).projections().keySet().stream().sorted().toList();
    String one = known.contains(first) ? first : known.get(0);
    String other = known.contains(second) ? second : known.get(known.size() - 1);
    Member a = member("a", 5, lora(3, "all", one, other));
    Member b = member("b", 6, lora(2, "last 2", one));
    double[] found = combined(linear(0.75, -0.5), a, b);
    Graph base = tiny.family().graph();
    try (Weights weights = tiny.load(base, tiny.base());
        Scope scope = tiny.torch().scope()) {
      add(weights, a, 0.75, 1.7);
      add(weights, b, -0.5, 1.7);
      copyHead(weights, a);
      close(found, tiny.logits(base, weights), 2e-5);
    }
    assertThat(distance(found, own.get("a"))).isGreaterThan(1e-3);
  }

  @Test
  void edgesOfOneRunAreKeptAsTheyAre() throws IOException {
    open("llama-tiny");
    Lora lora = lora(3, "all", "q_proj", "v_proj");
    StateTuning control = StateTuning.control(lowRank(4, 0.5, false), LayerSelection.parse("0,2"));
    Member a = member("a", 5, lora);
    Member b = member("b", 6, control);
    double[] found = combined(AVERAGE, a, b);
    AdapterDescription both =
        AdapterDescription.of("both", "some/model", List.<Tuning>of(lora, control));
    Graph tuned = tiny.tuned(both);
    try (Weights weights = tiny.load(tuned, tiny.base());
        Scope scope = tiny.torch().scope()) {
      for (Member member : List.of(a, b)) {
        var trained = member.adapter().weights(tiny.family(), tiny.base());
        member.adapter().graph(tiny.family()).trainableParameters().stream()
            .filter(parameter -> parameter.role() == Parameter.Role.CONTROL)
            .forEach(
                parameter ->
                    weights
                        .value(parameter.name())
                        .copyFrom(trained.value(tiny.torch(), parameter, DType.FLOAT32)));
      }
      assertThat(found).isEqualTo(tiny.logits(tuned, weights));
    }
  }

  /** Layers that both have come out with another rank than those that one has. */
  @Test
  void layersMayDiffer() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, StateTuning.doubleControl(lowRank(3, 0.5, true), LayerSelection.ALL));
    Member b = member("b", 6, StateTuning.control(lowRank(2, 2, false), LayerSelection.parse("1")));
    Combination combination = new Combination(List.of(a, b), AVERAGE);
    try (CombinedAdapter made = combination.make(tiny.torch())) {
      Map<String, CombinedEdge> rows = new HashMap<>();
      made.edges().forEach(row -> rows.put(row.edge(), row));
      assertThat(rows.get("layers.1.mlp").action()).isEqualTo(EdgeAction.MERGED);
      assertThat(rows.get("layers.1.mlp").rank()).hasValue(5);
      assertThat(rows.get("layers.1.mlp").ranks()).containsExactly(3, 2);
      assertThat(rows.get("layers.0.mlp").action()).isEqualTo(EdgeAction.KEPT);
      assertThat(rows.get("layers.0.mlp").rank()).hasValue(3);
      assertThat(made.edges().stream().map(CombinedEdge::bytes).toList())
          .isEqualTo(combination.plan().stream().map(CombinedEdge::bytes).toList());
      double[] one = logits(made);
      // Once more with the weight 2 for both: the merged edge is the same sum of halves.
      assertThat(distance(one, own.get("a"))).isGreaterThan(1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyMethodGivesLowRankEdges(CombineMethod method) throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, lora(3, "all", "q_proj"), control(2, "last 2"));
    Member b = member("b", 6, lora(2, "all", "q_proj", "v_proj"), control(3, "all"));
    long before = tiny.torch().liveTensors();
    try (CombinedAdapter made =
        new Combination(List.of(a, b), of("some", method)).make(tiny.torch())) {
      double[] found = logits(made);
      assertThat(Arrays.stream(found).allMatch(Double::isFinite)).isTrue();
      assertThat(made.edges())
          .filteredOn(row -> row.action() == EdgeAction.MERGED)
          .isNotEmpty()
          .allSatisfy(row -> assertThat(row.rank().orElseThrow()).isBetween(1, 5))
          .allSatisfy(row -> assertThat(row.kept().orElseThrow()).isBetween(0.0, 1.0 + 1e-9));
    }
    assertThat(tiny.torch().liveTensors()).isEqualTo(before);
  }

  @Test
  void zipLoraReadsWhatEntersTheEdges() throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, lora(3, "all", "q_proj"));
    Member b = member("b", 6, lora(2, "0,1", "q_proj"));
    List<String> asked = new ArrayList<>();
    try (Generator generator = tiny.torch().generator(3)) {
      ZipLora zip =
          new ZipLora(
              0.01,
              50,
              (edge, run) -> {
                asked.add(edge + " " + run);
                return tiny.torch()
                    .normal(
                        generator,
                        DType.FLOAT64,
                        0,
                        1,
                        9,
                        tiny.family().graph().parameters().get(edge + ".weight").size(1));
              });
      Combination combination = new Combination(List.of(a, b), of("ziplora", zip));
      assertThat(combination.meetingStates().keySet())
          .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj");
      try (CombinedAdapter made = combination.make(tiny.torch())) {
        assertThat(made.edges().get(0).rank()).hasValue(5);
        assertThat(logits(made)).isNotEqualTo(own.get("a"));
      }
    }
    assertThat(asked)
        .contains("model.layers.0.self_attn.q_proj 0", "model.layers.0.self_attn.q_proj 1");
  }

  /** VeRA and AdaLoRA are products too. */
  @ParameterizedTest
  @CsvSource({"vera", "adalora", "qa-lora"})
  void relativesOfLoraBecomeLora(String method) throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, Descriptions.of(method, tiny.family()));
    Member b = member("b", 6, lora(2, "0", "k_proj", "q_proj"));
    close(combined(linear(1, 0), a, b), own.get("a"), 2e-5);
    close(combined(linear(0, 1), a, b), own.get("b"), 2e-5);
  }

  /** Each kind alone beside another run's LoRA; gates and shared matrices are theirs too. */
  @ParameterizedTest
  @CsvSource({"routed", "reft", "vera edges", "edges of means", "vera", "dora", "patch-control"})
  void whatOneRunHasIsKept(String method) throws IOException {
    open("llama-tiny");
    Member a = member("a", 5, Descriptions.of(method, tiny.family()));
    Member b = member("b", 6, new Lora(1, 0, 0, List.of("o_proj"), LayerSelection.ALL));
    // b adds nothing; vera's product is written as lora's beside it.
    close(combined(AVERAGE, a, b), own.get("a"), method.equals("vera") ? 1e-6 : 0);
    close(combined(AVERAGE, b, a), own.get("a"), method.equals("vera") ? 1e-6 : 0);
  }

  /** Heads are means, whatever becomes of edges. */
  @ParameterizedTest
  @MethodSource("methods")
  void headsAreMeans(CombineMethod method) throws IOException {
    open("bert-tiny");
    Member a = member("a", 5, Descriptions.of("probe", tiny.family()));
    Member b = reopened("b", folder.resolve("a"));
    try (CombinedAdapter made =
        new Combination(List.of(a, b), of("some", method)).make(tiny.torch())) {
      made.save(folder.resolve("both"), List.of(0, 1), Map.of());
      close(logits(folder.resolve("both")), own.get("a"), 1e-6);
    }
  }

  @Test
  void headsOfOneTaskCanBePutTogether() throws IOException {
    open("bert-tiny");
    Member a = member("a", 5, control(2, "all"));
    Member b = member("b", 6, control(2, "all"));
    try (CombinedAdapter made = new Combination(List.of(a, b), linear(0, 1)).make(tiny.torch())) {
      made.save(folder.resolve("both"), List.of(0, 1), Map.of("labels", "[]"));
      close(logits(folder.resolve("both")), own.get("b"), 1e-5);
      made.save(folder.resolve("one"), List.of(0), Map.of());
      assertThat(distance(logits(folder.resolve("one")), own.get("b"))).isGreaterThan(1e-3);
    }
  }

  static Stream<String> averageable() {
    // The head alone has no edges; dora's lengths and functions of u = v that are no sum are
    // refused.
    Set<String> others = Set.of("probe", "dora", "reft", "routed", "vera edges", "edges of means");
    return Descriptions.METHODS.stream().filter(method -> !others.contains(method));
  }

  private void add(Weights weights, Member member, double weight, double scale) {
    Graph tuned = member.adapter().graph(tiny.family());
    var trained = member.adapter().weights(tiny.family(), tiny.base());
    for (Parameter parameter : tuned.trainableParameters()) {
      String name = parameter.name();
      if (name.endsWith(".lora_A.weight")) {
        String module = name.substring(0, name.length() - ".lora_A.weight".length());
        Tensor a = trained.value(tiny.torch(), parameter, DType.FLOAT32);
        Tensor b =
            trained.value(
                tiny.torch(), tuned.parameters().get(module + ".lora_B.weight"), DType.FLOAT32);
        weights.value(module + ".weight").addInPlace(b.matmul(a), weight * scale);
      }
    }
  }

  private void copyHead(Weights weights, Member member) {
    var trained = member.adapter().weights(tiny.family(), tiny.base());
    tiny.family().graph().parameters().values().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.HEAD)
        .forEach(
            parameter ->
                weights
                    .value(parameter.name())
                    .copyFrom(trained.value(tiny.torch(), parameter, DType.FLOAT32)));
  }

  static Stream<CombineMethod> methods() {
    return Stream.of(
        new Svd(3, RunWeights.ONES),
        new Ties(0.5, RunWeights.ONES, OptionalInt.empty()),
        new Dare(0.3, 7, List.of("a", "b"), OptionalInt.empty()),
        new Knots(0.6),
        new TsvM(),
        new KLora(List.of(1.0, 1.1)));
  }
}
