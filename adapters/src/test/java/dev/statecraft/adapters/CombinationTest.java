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
import dev.statecraft.adapters.combine.method.Average;
import dev.statecraft.adapters.combine.method.CombineMethod;
import dev.statecraft.adapters.combine.method.Dare;
import dev.statecraft.adapters.combine.method.KLora;
import dev.statecraft.adapters.combine.method.Knots;
import dev.statecraft.adapters.combine.method.Linear;
import dev.statecraft.adapters.combine.method.RunWeights;
import dev.statecraft.adapters.combine.method.Svd;
import dev.statecraft.adapters.combine.method.Ties;
import dev.statecraft.adapters.combine.method.TsvM;
import dev.statecraft.adapters.combine.method.ZipLora;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Random adapters of the tiny models, combined and used. */
class CombinationTest {
  private static final Combining AVERAGE =
      new Combining(
          "average",
          new Average(),
          Optional.of((run, runs) -> 1.0 / runs.size()),
          Optional.empty(),
          OptionalInt.empty(),
          OnCycle.ERROR);

  @TempDir Path folder;
  private TinyModel tiny;
  private final List<Adapter> open = new ArrayList<>();
  private final Map<String, double[]> own = new HashMap<>();

  @AfterEach
  void close() {
    open.forEach(Adapter::close);
    if (tiny != null) {
      tiny.close();
    }
  }

  private static Combining linear(double... weights) {
    List<Double> all = Arrays.stream(weights).boxed().toList();
    return new Combining(
        "linear",
        new Linear(new RunWeights(all)),
        Optional.of((run, runs) -> all.get(run)),
        Optional.of(all),
        OptionalInt.empty(),
        OnCycle.ERROR);
  }

  private static Combining of(String label, CombineMethod method) {
    return new Combining(
        label, method, Optional.empty(), Optional.empty(), OptionalInt.empty(), OnCycle.ERROR);
  }

  private static Combining trimming(Combining how) {
    return new Combining(
        how.label(), how.method(), how.shares(), how.weights(), how.rank(), OnCycle.TRIM);
  }

  /** A random adapter, saved and opened; what it gives is in {@link #own} by its name. */
  private Member member(String name, long seed, Tuning... tunings) throws IOException {
    return member(name, seed, AdapterDescription.of("some", "some/model", List.of(tunings)));
  }

  private Member member(String name, long seed, AdapterDescription description) throws IOException {
    Path saved = folder.resolve(name);
    Graph tuned = tiny.tuned(description);
    try (Weights weights = tiny.random(tuned, seed)) {
      AdapterFolder.save(saved, description, tiny.family(), weights);
      own.put(name, tiny.logits(tuned, weights));
    }
    return reopened(name, saved);
  }

  private Member reopened(String name, Path saved) throws IOException {
    Adapter adapter = AdapterFolder.open(saved);
    open.add(adapter);
    return new Member(name, adapter, tiny.family(), tiny.base());
  }

  /** What the combined adapter gives with the first member's head. */
  private double[] logits(CombinedAdapter combined) throws IOException {
    Path saved = folder.resolve("combined" + open.size());
    combined.save(saved, List.of(0), Map.of());
    return logits(saved);
  }

  private double[] logits(Path saved) throws IOException {
    try (Adapter adapter = AdapterFolder.open(saved)) {
      Graph graph = adapter.graph(tiny.family());
      try (Weights weights = tiny.load(graph, adapter.weights(tiny.family(), tiny.base()))) {
        return tiny.logits(graph, weights);
      }
    }
  }

  private double[] combined(Combining how, Member... members) throws IOException {
    try (CombinedAdapter made = new Combination(List.of(members), how).make(tiny.torch())) {
      return logits(made);
    }
  }

  private static void close(double[] found, double[] expected, double tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(1);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], Offset.offset(tolerance * largest));
    }
  }

  private static double distance(double[] a, double[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  private static LowRank lowRank(int rank, double scale, boolean bias) {
    return new LowRank(rank, scale, bias, 0.1, Initializer.KAIMING);
  }

  private Lora lora(int rank, String layers, String... targets) {
    return new Lora(rank, 1.7 * rank, 0, List.of(targets), LayerSelection.parse(layers));
  }

  private void open(String model) throws IOException {
    tiny = TinyModel.open(model);
  }

  static Stream<String> averageable() {
    // The head alone has no edges; dora's lengths and functions of u = v that are no sum are
    // refused.
    Set<String> others = Set.of("probe", "dora", "reft", "routed", "vera edges", "edges of means");
    return Descriptions.METHODS.stream().filter(method -> !others.contains(method));
  }

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

  static Stream<CombineMethod> methods() {
    return Stream.of(
        new Svd(3, RunWeights.ONES),
        new Ties(0.5, RunWeights.ONES, OptionalInt.empty()),
        new Dare(0.3, 7, List.of("a", "b"), OptionalInt.empty()),
        new Knots(0.6),
        new TsvM(),
        new KLora(List.of(1.0, 1.1)));
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

  private static StateTuning control(int rank, String layers) {
    return StateTuning.control(lowRank(rank, 1, false), LayerSelection.parse(layers));
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

  private ControlEdge edge(String from, String to) {
    return ControlEdge.between(from, to, lowRank(2, 1, false));
  }

  private Member crossing(String name, long seed, String from, String to) throws IOException {
    return member(name, seed, new StateTuning(List.of(edge(from, to)), LayerSelection.ALL));
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
}
