package dev.statecraft.core.control.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What sensors see, against edges that are there and against states that are nudged. */
class SensorsTest {
  private static final int RANK = 2;
  private static final int REPLICAS = 3;
  private static final int ROWS_OF_EACH = 2;
  private static final Closeness CLOSE = Closeness.relative(1e-6).withFloor(1e-3);

  private final Torch torch = Torch.open(Device.CPU, 1);

  @AfterEach
  void close() {
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  private static List<Candidate> candidates() {
    return Candidates.of(SmallModel.graph(), List.of("mlp", "gate", "down"));
  }

  static Stream<Arguments> each() {
    return IntStream.range(0, candidates().size()).mapToObj(Arguments::of);
  }

  private static Sensors sensors(StorePolicy store) {
    return Sensors.in(
        SmallModel.graph(), "loss", candidates(), RANK, REPLICAS, LayerPolicies.uniform(store));
  }

  @Test
  void candidatesAreTheBlocksAndLinearsThatLayersHave() {
    assertThat(Candidates.ofBlocks(SmallModel.graph()))
        .containsExactly(
            new Candidate("mlp", 0, "embedded", "l0.sum"),
            new Candidate("mlp", 1, "l0.sum", "l1.sum"));
    assertThat(candidates())
        .contains(
            new Candidate("gate", 1, "l1.norm", "l1.gate"),
            new Candidate("down", 0, "l0.gated", "l0.down"));
    assertThatThrownBy(() -> Candidates.of(SmallModel.graph(), List.of("mlp", "q_proj")))
        .isInstanceOf(UsageException.class)
        .hasMessage("places: expected some of [mlp, block, down, gate, up], found 'q_proj'");
  }

  /** The gradient of an edge's B at zero is that of an edge which is there. */
  @ParameterizedTest
  @EnumSource(StorePolicy.class)
  void firstStepsAreTheGradientsOfEdgesThatStartAtZero(StorePolicy store) {
    Sensors sensors = sensors(store);
    try (Weights weights = SmallModel.weights(torch, sensors.graph());
        Batch batch = SmallModel.batch(torch)) {
      weights.flatGradients().zero();
      sensors.seeLoss(weights, batch, 0.2);
      List<FirstStep> seen = sensors.firstSteps(weights);
      for (int i = 0; i < candidates().size(); i++) {
        Candidate candidate = candidates().get(i);
        Graph tuned = tuned(candidate);
        String prefix = "control." + candidate.from() + ".to." + candidate.to() + ".";
        try (Weights own = with(weights, tuned, candidate, 0)) {
          SmallModel.differentiate(torch, tuned, own, store, new PassOptions(0.2, 0, false));
          CLOSE.check(
              candidate + ": dB",
              seen.get(i).gradient(),
              numbers(own.gradient(prefix + "B.weight")));
        }
      }
    }
  }

  @Test
  void momentsAreThoseOfWhatTheEdgeMultiplies() {
    Sensors sensors = sensors(StorePolicy.ALL);
    Graph graph = SmallModel.graph();
    try (Weights weights = SmallModel.weights(torch, sensors.graph());
        Batch batch = SmallModel.batch(torch);
        Pass pass =
            Pass.run(
                StatePlan.inference(graph, Set.of("l0.gated", "l1.norm", "embedded", "l0.sum")),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      weights.flatGradients().zero();
      sensors.seeLoss(weights, batch, 1);
      sensors.seeLoss(weights, batch, 1);
      List<FirstStep> seen = sensors.firstSteps(weights);
      for (Candidate candidate : List.of(candidates().get(0), candidates().get(2))) {
        try (Scope scope = torch.scope()) {
          Tensor h = pass.value(candidate.from()).linear(weights.value(candidate.parameter("A")));
          CLOSE.check(
              candidate + ": moments of two passes",
              seen.get(candidates().indexOf(candidate)).moments(),
              numbers(h.t().matmul(h).mul(2)));
        }
      }
    }
  }

  /** The edge that is aimed at moves outputs by what is seen, for a small step. */
  @ParameterizedTest
  @MethodSource("each")
  void effectsAreHowFarTheEdgeMovesOutputs(int index) {
    Candidate candidate = candidates().get(index);
    Sensors sensors = sensors(StorePolicy.CHEAP);
    try (Weights weights = SmallModel.weights(torch, sensors.graph());
        Batch batch = replicas(torch)) {
      double[] b = numbers(weights.value(candidate.parameter("B")));
      sensors.aim(weights, candidate, b);
      sensors.seeOutputs(weights, batch);
      double[] seen = new double[REPLICAS];
      Arrays.setAll(seen, sensors.effects(weights).get(index)::moved);
      Graph tuned = tuned(candidate);
      double step = 1e-5;
      try (Weights above = with(weights, tuned, candidate, step);
          Weights below = with(weights, tuned, candidate, -step)) {
        double[] up = outputs(tuned, above, batch);
        double[] down = outputs(tuned, below, batch);
        double[] slopes = new double[REPLICAS];
        Arrays.setAll(slopes, i -> (up[i] - down[i]) / (2 * step));
        CLOSE.check(candidate + ": effects", seen, slopes);
      }
    }
  }

  /** W = sum over rows of |x_u|^2 J J', J by nudging every feature of every row of the state. */
  @Test
  void gramiansAreThoseOfNudgedStates() {
    Sensors sensors = sensors(StorePolicy.INPUTS);
    Candidate candidate = candidates().get(0);
    Graph graph = SmallModel.graph();
    try (Weights weights = SmallModel.weights(torch, sensors.graph());
        Batch batch = replicas(torch)) {
      sensors.seeOutputs(weights, batch);
      OutputEffects seen = sensors.effects(weights).get(0);
      double[][] expected = new double[REPLICAS][REPLICAS];
      double step = 1e-5;
      for (int row = 0; row < ROWS_OF_EACH; row++) {
        double squares = squaresOfRow(graph, weights, batch, candidate.from(), row);
        for (int feature = 0; feature < SmallModel.WIDTH; feature++) {
          double[] up = outputs(nudged(graph, candidate.to(), row, feature, step), weights, batch);
          double[] down =
              outputs(nudged(graph, candidate.to(), row, feature, -step), weights, batch);
          for (int i = 0; i < REPLICAS; i++) {
            for (int j = 0; j < REPLICAS; j++) {
              expected[i][j] += squares * (up[i] - down[i]) * (up[j] - down[j]) / (4 * step * step);
            }
          }
        }
      }
      for (int i = 0; i < REPLICAS; i++) {
        int row = i;
        double[] own = new double[REPLICAS];
        Arrays.setAll(own, column -> seen.gramian(row, column));
        CLOSE.check("row " + i + " of the Gramian", own, expected[i]);
      }
    }
  }

  /** In float64 to the last bits, so that nothing depends on what else is sensed. */
  @Test
  void sensorsChangeNoOutput() {
    Sensors sensors = sensors(StorePolicy.ALL);
    try (Weights weights = SmallModel.weights(torch, sensors.graph());
        Batch batch = replicas(torch)) {
      assertThat(outputs(sensors.graph(), weights, batch))
          .containsExactly(outputs(SmallModel.graph(), weights, batch));
    }
  }

  private static Graph nudged(Graph graph, String state, int row, int feature, double amount) {
    return graph
        .edit()
        .control(state, state, new Nudge(row, ROWS_OF_EACH, feature, amount), List.of())
        .build();
  }

  private double squaresOfRow(Graph graph, Weights weights, Batch batch, String state, int row) {
    try (Pass pass =
            Pass.run(
                StatePlan.inference(graph, Set.of(state)), weights, batch, PassOptions.INFERENCE);
        Scope scope = torch.scope()) {
      return pass.value(state).narrow(0, row, 1).square().sum();
    }
  }

  private static Graph tuned(Candidate candidate) {
    return new StateTuning(
            List.of(
                ControlEdge.between(
                    candidate.from(),
                    candidate.to(),
                    new LowRank(RANK, 1, false, 0, Initializer.normal(1)))),
            LayerSelection.parse("all"))
        .apply(SmallModel.graph());
  }

  /** The small model's weights and an edge with a sensor's A, and so many times its B. */
  private Weights with(Weights sensed, Graph tuned, Candidate candidate, double factor) {
    Weights weights = SmallModel.weights(torch, tuned);
    String prefix = "control." + candidate.from() + ".to." + candidate.to() + ".";
    try (Scope scope = torch.scope()) {
      weights.value(prefix + "A.weight").copyFrom(sensed.value(candidate.parameter("A")));
      weights
          .value(prefix + "B.weight")
          .copyFrom(sensed.value(candidate.parameter("B")).mul(factor));
    }
    return weights;
  }

  /** For each replica, the sum over its rows of the logit with its number. */
  private double[] outputs(Graph graph, Weights weights, Batch batch) {
    try (Pass pass =
        Pass.run(
            StatePlan.inference(graph, Set.of("logits")), weights, batch, PassOptions.INFERENCE)) {
      double[] logits = numbers(pass.value("logits"));
      double[] sums = new double[REPLICAS];
      for (int i = 0; i < REPLICAS; i++) {
        for (int row = 0; row < ROWS_OF_EACH; row++) {
          sums[i] += logits[(i * ROWS_OF_EACH + row) * REPLICAS + i];
        }
      }
      return sums;
    }
  }

  private double[] numbers(Tensor tensor) {
    try (Scope scope = torch.scope()) {
      return tensor.reshape(-1).toDoubles();
    }
  }

  /** Two rows, three times, each time with the label of another class. */
  private static Batch replicas(Torch torch) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(5)) {
      Tensor one = torch.normal(generator, DType.FLOAT64, 0, 1, ROWS_OF_EACH, SmallModel.WIDTH);
      return new Batch(
          Extents.of(Layout.even(REPLICAS * ROWS_OF_EACH, 1)),
          Map.of(
              "x",
              Tensor.cat(0, one, one, one).escape(),
              "labels",
              torch.of(new long[] {0, 0, 1, 1, 2, 2}, REPLICAS * ROWS_OF_EACH).escape()));
    }
  }
}
