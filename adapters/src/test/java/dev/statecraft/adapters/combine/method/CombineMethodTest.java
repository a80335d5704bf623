package dev.statecraft.adapters.combine.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is true of every method, on edges of random shapes, ranks and numbers of runs. */
class CombineMethodTest {
  private static final Closeness CLOSE = new Closeness(1e-8, 1e-3);
  private static final int EDGES = 25;

  private Torch torch;
  private Scope scope;

  @BeforeEach
  void open() {
    torch = Torch.cpu();
    scope = torch.scope();
  }

  @AfterEach
  void close() {
    scope.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void orderOfRunsDoesNotMatter(int runs) {
    for (int seed = 0; seed < EDGES; seed++) {
      RandomUpdates random = new RandomUpdates(torch, seed);
      EdgeUpdates edge = random.edge(runs);
      List<double[]> values = IntStream.range(0, runs).mapToObj(i -> random.normals(11)).toList();
      List<double[]> reversed =
          IntStream.range(0, runs).mapToObj(i -> values.get(runs - 1 - i)).toList();
      for (CombineMethod method : random.methods(edge)) {
        String what = method + " " + seed;
        CLOSE.check(
            what,
            method.combine(RandomUpdates.reversed(edge)).update().full().toDoubles(),
            method.combine(edge).update().full().toDoubles());
        CLOSE.check(
            what,
            method.values(reversed, IntStream.range(0, runs).map(i -> runs - 1 - i).toArray()),
            method.values(values, IntStream.range(0, runs).toArray()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void resultsAreOfTheRankThatIsPlannedAndNothingElseIsLeft(int runs) {
    for (int seed = 0; seed < EDGES; seed++) {
      RandomUpdates random = new RandomUpdates(torch, 100 + seed);
      EdgeUpdates edge = random.edge(runs);
      for (CombineMethod method : random.methods(edge)) {
        long live = torch.liveTensors();
        long bytes = torch.liveBytes();
        try (Scope inner = torch.scope()) {
          Truncated result = method.combine(edge);
          assertThat(torch.liveTensors()).as("%s", method).isEqualTo(live + 2);
          int planned = method.rank(edge.out(), edge.in(), edge.ranks());
          assertThat(planned).isLessThanOrEqualTo((int) Math.min(edge.out(), edge.in()));
          assertThat(result.update().rank())
              .as("%s", method)
              .isBetween(method.getClass() == KLora.class ? 1 : planned, planned);
          assertThat(result.update().out()).isEqualTo(edge.out());
          assertThat(result.update().in()).isEqualTo(edge.in());
          assertThat(result.kept()).isBetween(0.0, 1.0);
        }
        assertThat(torch.liveTensors()).as("%s", method).isEqualTo(live);
        assertThat(torch.liveBytes()).as("%s", method).isEqualTo(bytes);
      }
      edge.updates().forEach(update -> assertThat(update.a().isOpen()).isTrue());
    }
  }

  /** Without a scope the two factors are the caller's, and only they. */
  @Test
  void resultsOutsideOfAScopeAreTheCallers() {
    try (Torch bare = Torch.cpu()) {
      RandomUpdates random = new RandomUpdates(bare, 3);
      EdgeUpdates edge = random.edge(2);
      long live = bare.liveTensors();
      Truncated result = new TsvM().combine(edge);
      assertThat(bare.liveTensors()).isEqualTo(live + 2);
      result.update().a().close();
      result.update().b().close();
      for (LowRankUpdate update : edge.updates()) {
        update.a().close();
        update.b().close();
      }
      assertThat(bare.liveTensors()).isZero();
    }
  }

  @Test
  void oneRunAloneIsItself() {
    for (int seed = 0; seed < EDGES; seed++) {
      RandomUpdates random = new RandomUpdates(torch, 200 + seed);
      EdgeUpdates edge = random.edge(1);
      double[] values = random.normals(9);
      for (CombineMethod method : whole(edge)) {
        CLOSE.check(
            method.toString(),
            method.combine(edge).update().full().toDoubles(),
            edge.updates().get(0).full().toDoubles());
        Closeness.relative(1e-15)
            .check(method.toString(), method.values(List.of(values), new int[] {0}), values);
      }
    }
  }

  /** Methods as they are set to leave nothing out. */
  private static List<CombineMethod> whole(EdgeUpdates edge) {
    OptionalInt none = OptionalInt.empty();
    return List.of(
        new Average(),
        new Linear(RunWeights.ONES),
        new Svd(1000, RunWeights.ONES),
        new Ties(1, RunWeights.ONES, none),
        new Dare(0, 1, RandomUpdates.keys(edge.count()), none),
        new Knots(1),
        new TsvM(),
        new ZipLora(
            0.1, 30, (name, run) -> new RandomUpdates(edge.torch(), run).normal(8, edge.in())),
        RandomUpdates.kLora(edge.count(), List.of(edge)));
  }

  /** All but those that sum: the run is there as often as it is given. */
  @Test
  void aRunWithItselfIsTheRun() {
    for (int seed = 0; seed < EDGES; seed++) {
      RandomUpdates random = new RandomUpdates(torch, 300 + seed);
      EdgeUpdates one = random.edge(1);
      LowRankUpdate update = one.updates().get(0);
      int rank = update.reduced().rank();
      EdgeUpdates twice = new EdgeUpdates("e", List.of(0, 1), List.of(update, update));
      OptionalInt none = OptionalInt.empty();
      List<CombineMethod> methods =
          new ArrayList<>(
              List.of(
                  new Average(),
                  new Linear(new RunWeights(List.of(0.3, 0.7))),
                  new Ties(1, RunWeights.ONES, none),
                  new Dare(0, 1, RandomUpdates.keys(2), none),
                  new Knots(1),
                  RandomUpdates.kLora(2, List.of(twice))));
      if (rank <= Math.min(update.out(), update.in()) / 2) {
        methods.add(new TsvM());
      }
      for (CombineMethod method : methods) {
        LowRankUpdate result = method.combine(twice).update();
        CLOSE.check(method.toString(), result.full().toDoubles(), update.full().toDoubles());
        assertThat(result.reduced().rank()).as("%s", method).isEqualTo(rank);
      }
    }
  }

  @Test
  void zerosAreCombinedToZero() {
    RandomUpdates random = new RandomUpdates(torch, 4);
    EdgeUpdates edge = random.edge(3);
    EdgeUpdates zeros =
        new EdgeUpdates(
            edge.edge(),
            edge.runs(),
            edge.updates().stream().map(update -> update.scaled(0)).toList());
    for (CombineMethod method : random.methods(zeros)) {
      Truncated result = method.combine(zeros);
      assertThat(result.update().full().norm()).as("%s", method).isZero();
      assertThat(result.kept()).as("%s", method).isEqualTo(1);
    }
  }

  /** A run that changed nothing leaves singular vectors and chosen runs as they are. */
  @Test
  void aZeroRunTakesNoPart() {
    RandomUpdates random = new RandomUpdates(torch, 5);
    LowRankUpdate update = random.update(20, 22, 4);
    EdgeUpdates edge =
        new EdgeUpdates("e", List.of(0, 1), List.of(random.update(20, 22, 3).scaled(0), update));
    for (CombineMethod method :
        List.of(
            new Knots(1),
            new TsvM(),
            new Ties(1, RunWeights.ONES, OptionalInt.empty()),
            RandomUpdates.kLora(2, List.of(edge)))) {
      CLOSE.check(
          method.toString(),
          method.combine(edge).update().full().toDoubles(),
          update.full().toDoubles());
    }
  }

  /** Weights, keys and totals are found by the number of a run, not by its place. */
  @Test
  void runsAreKnownByTheirNumbers() {
    RandomUpdates random = new RandomUpdates(torch, 6);
    LowRankUpdate update = random.update(6, 7, 2);
    EdgeUpdates third = new EdgeUpdates("e", List.of(2), List.of(update));
    RunWeights weights = new RunWeights(List.of(5.0, 6.0, -2.0));
    for (CombineMethod method :
        List.of(
            new Linear(weights), new Svd(4, weights), new Ties(1, weights, OptionalInt.empty()))) {
      CLOSE.check(
          method.toString(),
          method.combine(third).update().full().toDoubles(),
          update.full().mul(-2).toDoubles());
      assertThat(method.values(List.of(new double[] {3, 0}), new int[] {2}))
          .containsExactly(-6.0, 0.0);
    }
    EdgeUpdates fourth = new EdgeUpdates("e", List.of(3), List.of(update));
    for (CombineMethod method :
        List.of(
            new Linear(weights), new Dare(0.5, 1, RandomUpdates.keys(3), OptionalInt.empty()))) {
      assertThatThrownBy(() -> method.combine(fourth))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("run 3");
    }
    assertThat(torch.liveTensors()).as("nothing left by what failed").isLessThan(40);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    RandomUpdates random = new RandomUpdates(torch, 7);
    LowRankUpdate update = random.update(3, 4, 1);
    LowRankUpdate other = random.update(4, 3, 1);
    assertThatThrownBy(() -> new EdgeUpdates("q", List.of(0, 1), List.of(update)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 runs, found 1");
    assertThatThrownBy(() -> new EdgeUpdates("q", List.of(0, 1), List.of(update, other)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EdgeUpdates("q", List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    EdgeUpdates edge = new EdgeUpdates("q", List.of(0), List.of(update));
    for (CombineMethod method : whole(edge)) {
      assertThatThrownBy(
              () -> method.values(List.of(new double[2], new double[3]), new int[] {0, 1}))
          .as("%s", method)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one length");
      assertThatThrownBy(() -> method.values(List.of(new double[2]), new int[] {0, 1}))
          .as("%s", method)
          .isInstanceOf(IllegalArgumentException.class);
    }
    OptionalInt none = OptionalInt.empty();
    List<String> keys = List.of("a");
    List<ThrowingCallable> wrong =
        List.of(
            () -> new Ties(1.01, RunWeights.ONES, none),
            () -> new Ties(Double.NaN, RunWeights.ONES, none),
            () -> new Ties(1, RunWeights.ONES, OptionalInt.of(0)),
            () -> new Dare(1, 0, keys, none),
            () -> new Dare(-0.1, 0, keys, none),
            () -> new Dare(0.5, 0, keys, OptionalInt.of(-1)),
            () -> new Knots(-0.5),
            () -> new Svd(0, RunWeights.ONES),
            () -> new ZipLora(-1, 5, (name, run) -> update.a()),
            () -> new ZipLora(0, -1, (name, run) -> update.a()),
            () -> new KLora(List.of(-1.0)),
            () -> new RunWeights(List.of(Double.NaN)),
            () -> new ZipLora(0, 1, (name, run) -> update.b()).combine(edge));
    for (ThrowingCallable callable : wrong) {
      assertThatThrownBy(callable).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
