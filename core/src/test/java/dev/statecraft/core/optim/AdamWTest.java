package dev.statecraft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final AdamW.Options OPTIONS = new AdamW.Options(0.8, 0.95, 1e-6, 0.03);

  private final Torch torch = Torch.cpu();
  private final Graph graph = new HeadTuning().apply(SmallModel.graph());
  private final Weights weights = SmallModel.weights(torch, graph);

  @AfterEach
  void nothingIsLeftOpen() {
    weights.close();
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.liveBytes()).isZero();
    torch.close();
  }

  /** Algorithm 2 of the paper, number by number. */
  private static final class PlainAdamW {
    private final double[] values;
    private final double[] first;
    private final double[] second;
    private int step;

    PlainAdamW(double[] values) {
      this.values = values.clone();
      first = new double[values.length];
      second = new double[values.length];
    }

    void step(double[] gradients, double rate) {
      step++;
      for (int i = 0; i < values.length; i++) {
        double g = gradients[i];
        first[i] = OPTIONS.beta1() * first[i] + (1 - OPTIONS.beta1()) * g;
        second[i] = OPTIONS.beta2() * second[i] + (1 - OPTIONS.beta2()) * g * g;
        double m = first[i] / (1 - Math.pow(OPTIONS.beta1(), step));
        double v = second[i] / (1 - Math.pow(OPTIONS.beta2(), step));
        values[i] -= rate * OPTIONS.weightDecay() * values[i];
        values[i] -= rate * m / (Math.sqrt(v) + OPTIONS.epsilon());
      }
    }
  }

  private void setGradients(double[] values) {
    try (Tensor source = torch.of(DType.FLOAT64, values, values.length)) {
      weights.flatGradients().copyFrom(source);
    }
  }

  @Test
  void tenStepsAreThoseOfThePaper() {
    PlainAdamW plain = new PlainAdamW(weights.flatValues().toDoubles());
    Random random = new Random(1);
    try (AdamW adamW = new AdamW(weights, OPTIONS)) {
      for (int i = 0; i < 10; i++) {
        double rate = 0.01 * (i + 1);
        double[] gradients = random.doubles(weights.trainableCount(), -1, 1).toArray();
        gradients[0] = 0; // Never a gradient: decay alone.
        setGradients(gradients);
        adamW.step(rate);
        plain.step(gradients, rate);
        Closeness.relative(1e-13)
            .check("values after step " + i, weights.flatValues().toDoubles(), plain.values);
        Closeness.relative(1e-13)
            .check("first moment", adamW.firstMoment().toDoubles(), plain.first);
        Closeness.relative(1e-13)
            .check("second moment", adamW.secondMoment().toDoubles(), plain.second);
      }
      assertThat(adamW.step()).isEqualTo(10);
    }
  }

  /** Control parameters at the learning rate, the head at its multiple; as two optimizers would. */
  @Test
  void theHeadHasALearningRateOfItsOwn() {
    Graph both =
        StateTuning.control(new LowRank(2, 1, true, 0, Initializer.KAIMING), LayerSelection.ALL)
            .apply(SmallModel.graph());
    try (Weights tuned = SmallModel.weights(torch, both);
        AdamW adamW = new AdamW(tuned, OPTIONS, 5)) {
      PlainAdamW slow = new PlainAdamW(tuned.flatValues().toDoubles());
      PlainAdamW fast = new PlainAdamW(tuned.flatValues().toDoubles());
      Random random = new Random(1);
      for (int i = 0; i < 5; i++) {
        double[] gradients = random.doubles(tuned.trainableCount(), -1, 1).toArray();
        try (Tensor source = torch.of(DType.FLOAT64, gradients, gradients.length)) {
          tuned.flatGradients().copyFrom(source);
        }
        adamW.step(0.01);
        slow.step(gradients, 0.01);
        fast.step(gradients, 0.05);
      }
      int begin = 0;
      Set<Parameter.Role> seen = new HashSet<>();
      for (Parameter parameter : tuned.trained()) {
        int end = begin + Math.toIntExact(parameter.elements());
        double[] expected = parameter.role() == Parameter.Role.HEAD ? fast.values : slow.values;
        Closeness.relative(1e-13)
            .check(
                parameter.name(),
                tuned.value(parameter.name()).toDoubles(),
                Arrays.copyOfRange(expected, begin, end));
        begin = end;
        seen.add(parameter.role());
      }
      assertThat(seen).containsExactlyInAnyOrder(Parameter.Role.HEAD, Parameter.Role.CONTROL);
      assertThat(begin).isEqualTo(tuned.trainableCount());
    }
  }

  @Test
  void aCheckpointGoesOnAsIfNothingHadHappened() {
    double[] gradients = new Random(2).doubles(weights.trainableCount(), -1, 1).toArray();
    setGradients(gradients);
    try (AdamW whole = new AdamW(weights, OPTIONS);
        AdamW resumed = new AdamW(weights, OPTIONS);
        Weights others = SmallModel.weights(torch, graph)) {
      whole.step(0.1);
      resumed.firstMoment().copyFrom(whole.firstMoment());
      resumed.secondMoment().copyFrom(whole.secondMoment());
      resumed.resumeAt(whole.step());
      others.flatValues().copyFrom(weights.flatValues());
      whole.step(0.1);
      double[] expected = weights.flatValues().toDoubles();
      weights.flatValues().copyFrom(others.flatValues());
      resumed.step(0.1);
      assertThat(weights.flatValues().toDoubles()).isEqualTo(expected);
    }
  }

  @Test
  void refusesConstantsOutsideTheirRange() {
    assertThatThrownBy(() -> new AdamW.Options(1, 0.9, 1e-8, 0))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("betas: ");
    assertThatThrownBy(() -> new AdamW.Options(0.9, Double.NaN, 1e-8, 0))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("betas: ");
    assertThatThrownBy(() -> new AdamW.Options(0.9, 0.9, 0, 0))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("epsilon: ");
    assertThatThrownBy(() -> new AdamW.Options(0.9, 0.9, 1e-8, -1))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("weight_decay: ");
  }

  private OptimizerStep step(AdamW adamW, double maxNorm) {
    StatePlan plan = StatePlan.training(graph, "loss", Set.of(), StorePolicy.CHEAP);
    return new OptimizerStep(plan, "loss", weights, adamW, maxNorm, 0);
  }

  /** Gradients that a step leaves behind, which are those that the optimizer saw. */
  private double[] gradientsOfAStep(double maxNorm, OptimizerStep.Result[] result) {
    try (AdamW adamW = new AdamW(weights, OPTIONS)) {
      result[0] =
          step(adamW, maxNorm).run(List.of(() -> SmallModel.batch(torch)), SmallModel.ROWS, 0);
    }
    return weights.flatGradients().toDoubles();
  }

  @Test
  void clipsToTheGlobalNormWithPytorchsEpsilon() {
    OptimizerStep.Result[] result = new OptimizerStep.Result[1];
    double[] plain = gradientsOfAStep(Double.POSITIVE_INFINITY, result);
    double sum = 0;
    for (double g : plain) {
      sum += g * g;
    }
    double norm = Math.sqrt(sum);
    assertThat(result[0].gradientNorm()).isCloseTo(norm, within(1e-14));

    double[] clipped = gradientsOfAStep(0.01, result);
    assertThat(result[0].gradientNorm()).as("norm before clipping").isCloseTo(norm, within(1e-14));
    double[] expected = new double[plain.length];
    for (int i = 0; i < plain.length; i++) {
      expected[i] = plain[i] * (0.01 / (norm + 1e-6));
    }
    Closeness.relative(1e-14).check("clipped", clipped, expected);

    // A limit just above the norm scales nothing; at the norm itself the epsilon does.
    assertThat(gradientsOfAStep(norm + 2e-6, result)).isEqualTo(plain);
    double[] slightly = gradientsOfAStep(norm, result);
    assertThat(slightly).isNotEqualTo(plain);
    for (int i = 0; i < plain.length; i++) {
      expected[i] = plain[i] * (norm / (norm + 1e-6));
    }
    Closeness.relative(1e-14).check("at the norm", slightly, expected);
  }

  @Test
  void aStepThatIsNotFiniteChangesNothing() {
    try (AdamW adamW = new AdamW(weights, OPTIONS)) {
      OptimizerStep step = step(adamW, 1);
      assertThat(step.run(List.of(() -> SmallModel.batch(torch)), 5, 0.1).applied()).isTrue();
      Tensor base = weights.value("embed.weight");
      final double[] good = base.toDoubles();
      base.fill(Double.NaN);
      final double[] values = weights.flatValues().toDoubles();
      final double[] moment = adamW.secondMoment().toDoubles();
      OptimizerStep.Result bad = step.run(List.of(() -> SmallModel.batch(torch)), 5, 0.1);
      assertThat(bad.applied()).isFalse();
      assertThat(bad.loss()).isNaN();
      assertThat(weights.flatValues().toDoubles()).isEqualTo(values);
      assertThat(adamW.secondMoment().toDoubles()).isEqualTo(moment);
      assertThat(adamW.step()).isEqualTo(1);
      try (Tensor source = torch.of(DType.FLOAT64, good, base.shape())) {
        base.copyFrom(source);
      }
      assertThat(step.run(List.of(() -> SmallModel.batch(torch)), 5, 0.1).applied()).isTrue();
      assertThat(adamW.step()).isEqualTo(2);
    }
  }

  @Test
  void aStepNeedsALabel() {
    try (AdamW adamW = new AdamW(weights, OPTIONS)) {
      OptimizerStep step = step(adamW, 1);
      assertThatThrownBy(() -> step.run(List.of(() -> SmallModel.batch(torch)), 0, 0.1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("labels of a step: expected 1 or more, found 0");
    }
  }
}
