package dev.statecraft.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.StepRule;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What steps heed besides gradients: rules of graphs, and those that there are. */
class StepRulesTest {
  private static final AdamW.Options ADAM = AdamW.Options.withDecay(0);
  private static final String Q = "l0.gate" + AdaLora.RIGHT;
  private static final String E = "l0.gate" + AdaLora.VALUES;
  private static final String P = "l0.gate" + AdaLora.LEFT;

  /** AdaLoRA of rank 3 on two linears; ranks fall to a mean of {@code target} after one step. */
  private static Graph adaLora(int target) {
    return new AdaLora(
            3,
            2,
            0,
            0.7,
            new RankBudget(target, 0, 2, 1, 3, 0.5, 0.5),
            List.of("gate"),
            LayerSelection.ALL,
            Map.of())
        .apply(SmallModel.graph());
  }

  private static void set(Weights weights, String name, double... values) {
    try (Scope scope = weights.torch().scope()) {
      Tensor value = weights.value(name);
      value.copyFrom(weights.torch().of(DType.FLOAT64, values, value.shape()));
    }
  }

  private static double penalty(AdamW adam, Weights weights) {
    weights.flatGradients().zero();
    return adam.rules().penalize();
  }

  @Test
  void thePenaltyIsTheMeanDistanceFromOrthonormalVectorsAndHasItsSlope() {
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, adaLora(1));
        AdamW adam = new AdamW(weights, ADAM)) {
      double mean = 0;
      for (String name : List.of(Q, P, Q.replace("l0", "l1"), P.replace("l0", "l1"))) {
        try (Scope scope = torch.scope()) {
          Tensor m = weights.value(name);
          boolean rows = name.endsWith(AdaLora.RIGHT);
          double[] products = (rows ? m.matmul(m.t()) : m.t().matmul(m)).toDoubles();
          double squares = 0;
          for (int i = 0; i < 9; i++) {
            squares += Math.pow(products[i] - (i % 4 == 0 ? 1 : 0), 2);
          }
          mean += Math.sqrt(squares) / 4;
        }
      }
      assertThat(penalty(adam, weights)).isCloseTo(0.7 * mean, within(1e-12));
      for (String name : List.of(Q, P)) {
        double[] gradient = weights.gradient(name).toDoubles();
        double[] values = weights.value(name).toDoubles();
        for (int i = 0; i < values.length; i++) {
          double[] moved = values.clone();
          moved[i] += 1e-6;
          set(weights, name, moved);
          double above = penalty(adam, weights);
          moved[i] -= 2e-6;
          set(weights, name, moved);
          double below = penalty(adam, weights);
          assertThat((above - below) / 2e-6).as(name).isCloseTo(gradient[i], within(1e-7));
        }
        set(weights, name, values);
        penalty(adam, weights);
      }
      assertThat(weights.gradient(E).toDoubles()).containsOnly(0);
    }
  }

  @Test
  void whereVectorsAreOrthonormalThereIsNoPenaltyAndNoGradient() {
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, adaLora(1));
        AdamW adam = new AdamW(weights, ADAM)) {
      double[] rows = new double[3 * SmallModel.WIDTH];
      rows[0] = rows[SmallModel.WIDTH + 1] = rows[2 * SmallModel.WIDTH + 2] = 1;
      double[] columns = new double[9 * 3];
      columns[0] = columns[4] = columns[8] = 1;
      for (String layer : List.of("l0", "l1")) {
        set(weights, Q.replace("l0", layer), rows);
        set(weights, P.replace("l0", layer), columns);
      }
      assertThat(penalty(adam, weights)).isZero();
      assertThat(weights.flatGradients().toDoubles()).containsOnly(0);
    }
  }

  /**
   * After step 1 of 3 with 2 to settle, two of six values are left: those of the highest scores.
   */
  @Test
  void theLeastImportantValuesAreTakenAwayAndStayAway() {
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, adaLora(1));
        AdamW adam = new AdamW(weights, ADAM)) {
      String other = E.replace("l0", "l1");
      set(weights, E, 1, 2, 3);
      set(weights, other, 1, 1, 1);
      weights.flatGradients().fill(0);
      try (Scope scope = torch.scope()) {
        weights.gradient(E).copyFrom(torch.of(DType.FLOAT64, new double[] {1, -9, 2}, 3, 1));
        weights.gradient(other).copyFrom(torch.of(DType.FLOAT64, new double[] {5, 7, 8}, 3, 1));
      }
      adam.rules().follow(0);
      assertThat(weights.value(E).toDoubles()).as("within the warmup").containsExactly(1, 2, 3);
      // |w g| = 1, 18, 6 and 5, 7, 8; m = half of it, u = half of what is left: the order is that.
      adam.rules().follow(1);
      assertThat(weights.value(E).toDoubles()).containsExactly(0, 2, 0);
      assertThat(weights.value(other).toDoubles()).containsExactly(0, 0, 1);
      set(weights, E, 1, 2, 3);
      weights.flatGradients().fill(100);
      adam.rules().follow(2);
      assertThat(weights.value(E).toDoubles()).as("settled").containsExactly(0, 2, 0);
    }
  }

  @Test
  void aTargetOfAllTakesNothingAway() {
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, adaLora(3));
        AdamW adam = new AdamW(weights, ADAM)) {
      set(weights, E, 1, 2, 3);
      for (int step = 0; step < 3; step++) {
        adam.rules().follow(step);
      }
      assertThat(weights.value(E).toDoubles()).containsExactly(1, 2, 3);
    }
  }

  /** The budget of the reference vectors: 12 linears of rank 6. */
  @Test
  void theBudgetFallsByACubic() {
    RankBudget budget = new RankBudget(2, 2, 3, 2, 12, 0.85, 0.85);
    assertThat(LongStream.range(0, 12).map(step -> budget.at(step, 72, 12)))
        .containsExactly(72L, 72L, 72L, 54L, 41L, 32L, 27L, 25L, 24L, 24L, 24L, 24L);
    assertThat(LongStream.range(0, 12).filter(budget::isAllocated)).containsExactly(4L, 6L, 8L, 9L);
    assertThat(LongStream.range(0, 12).filter(budget::isLearned).max()).hasValue(8);
    assertThat(LongStream.range(0, 12).filter(budget::isSettled)).containsExactly(10L, 11L);
  }

  @Test
  void budgetsThatCannotFallAreRefused() {
    assertThatThrownBy(() -> new RankBudget(2, 9, 3, 1, 12, 0.5, 0.5))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("within 12 steps, found a warmup of 9, 3 settled steps");
    assertThatThrownBy(() -> new RankBudget(2, 0, 3, 1, 12, 1, 0.5))
        .isInstanceOf(UsageException.class)
        .hasMessage("decay of the mean sensitivity: expected a number between 0 and 1, found 1.0");
    assertThatThrownBy(() -> adaLora(4))
        .isInstanceOf(UsageException.class)
        .hasMessage("target rank: expected at most 3, from which ranks fall, found 4");
  }

  @Test
  void rulesStayWithTheGraphAndAreOnesOfTrainedParameters() {
    Graph graph = adaLora(1);
    assertThat(graph.rules()).hasSize(2);
    assertThat(graph.edit().build().rules()).isEqualTo(graph.rules());
    StepRule frozen = new KeepOrthonormal("embed.weight");
    try (Torch torch = Torch.cpu();
        Weights weights =
            SmallModel.weights(torch, SmallModel.graph().edit().rule(frozen).build());
        AdamW adam = new AdamW(weights, ADAM)) {
      assertThatThrownBy(() -> adam.rules().follow(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no trained parameter is called 'embed.weight'");
    }
  }

  @Test
  void twoRulesRememberNothingUnderOneName() {
    Graph graph = adaLora(1);
    Graph twice = graph.edit().rule(graph.rules().get(1)).build();
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, twice)) {
      long tensors = torch.liveTensors();
      assertThatThrownBy(() -> new AdamW(weights, ADAM).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("two rules of a step remember 'sensitivity.l0.gate.lora_A'");
      assertThat(torch.liveTensors()).isEqualTo(tensors);
    }
  }

  /** What follows a step has no memory to ask for: values have changed by then. */
  @Test
  void whatFollowsAllocatesAFewNumbers() {
    try (Torch torch = Torch.cpu();
        Weights weights = SmallModel.weights(torch, adaLora(1));
        AdamW adam = new AdamW(weights, ADAM)) {
      long live = torch.liveBytes();
      long[] most = new long[3];
      for (int step = 0; step < 3; step++) {
        torch.resetPeak();
        adam.rules().follow(step);
        most[step] = torch.peakBytes() - live;
      }
      assertThat(most[0]).as("averages").isZero();
      assertThat(Arrays.stream(most).max().orElseThrow())
          .as("scores of a linear, in float64")
          .isLessThanOrEqualTo(3 * 3 * Double.BYTES);
      assertThat(torch.liveBytes()).isEqualTo(live);
    }
  }
}
