package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ModelPredictiveControlTest {
  private static final int STATES = 4;
  private static final int INPUTS = 2;
  private static final int HORIZON = 7;

  private final Random random = new Random(13);
  private final LinearSystem system = RandomSystems.withRadius(1.1, STATES, INPUTS, STATES, random);
  private final ModelPredictiveControl control =
      new ModelPredictiveControl(
          system,
          RandomSystems.positiveDefinite(STATES, random),
          RandomSystems.positiveDefinite(INPUTS, random),
          HORIZON);
  private final Matrix first = Matrix.gaussian(STATES, 1, random);
  private final Matrix reference = Matrix.gaussian(STATES, 1, random);

  private double cost(List<Matrix> inputs) {
    List<Matrix> states = system.simulate(first, inputs).states();
    return IntStream.range(0, HORIZON)
        .mapToDouble(
            t ->
                control.q().quadratic(states.get(t + 1).minus(reference))
                    + control.r().quadratic(inputs.get(t)))
        .sum();
  }

  /** Of a quadratic, differences in both directions are exact but for rounding. */
  private double slope(List<Matrix> inputs, int step, int input) {
    double[] unit = new double[INPUTS];
    unit[input] = 1;
    List<Matrix> more = new ArrayList<>(inputs);
    List<Matrix> less = new ArrayList<>(inputs);
    more.set(step, inputs.get(step).plus(Matrix.column(unit)));
    less.set(step, inputs.get(step).minus(Matrix.column(unit)));
    return (cost(more) - cost(less)) / 2;
  }

  @Test
  void withoutBoundsTheCostIsFlatAtThePlan() {
    ModelPredictiveControl.Plan plan = control.plan(first, reference);
    assertThat(plan.inputs()).hasSize(HORIZON);
    assertThat(plan.states()).hasSize(HORIZON + 1).first().isEqualTo(first);
    assertThat(plan.cost()).isCloseTo(cost(plan.inputs()), within(1e-10));
    for (int t = 0; t < HORIZON; t++) {
      for (int i = 0; i < INPUTS; i++) {
        assertThat(slope(plan.inputs(), t, i)).isCloseTo(0, within(1e-8));
      }
    }
  }

  @Test
  void aWideBoxIsNoBox() {
    ModelPredictiveControl.Plan free = control.plan(first, reference);
    ModelPredictiveControl.Plan boxed =
        control.plan(first, reference, InputBox.symmetric(INPUTS, 1e3));
    for (int t = 0; t < HORIZON; t++) {
      Expect.close(boxed.inputs().get(t), free.inputs().get(t), 1e-8);
    }
    assertThat(boxed.cost()).isCloseTo(free.cost(), within(1e-8));
  }

  /** Karush, Kuhn and Tucker: flat within the box, downhill out of it at a bound. */
  @RepeatedTest(6)
  void inATightBoxThePlanIsItsBest(RepetitionInfo repetition) {
    Random draw = new Random(repetition.getCurrentRepetition());
    InputBox box =
        new InputBox(
            Matrix.column(RandomSystems.uniform(INPUTS, -0.3, 0, draw)),
            Matrix.column(RandomSystems.uniform(INPUTS, 0, 0.3, draw)));
    ModelPredictiveControl.Plan plan = control.plan(first, reference, box);
    int atBounds = 0;
    for (int t = 0; t < HORIZON; t++) {
      for (int i = 0; i < INPUTS; i++) {
        double input = plan.inputs().get(t).at(i, 0);
        double slope = slope(plan.inputs(), t, i);
        assertThat(input).isBetween(box.lower().at(i, 0), box.upper().at(i, 0));
        if (input - box.lower().at(i, 0) < 1e-9) {
          assertThat(slope).isGreaterThan(-1e-6);
          atBounds++;
        } else if (box.upper().at(i, 0) - input < 1e-9) {
          assertThat(slope).isLessThan(1e-6);
          atBounds++;
        } else {
          assertThat(slope).isCloseTo(0, within(1e-6));
        }
      }
    }
    assertThat(atBounds).isPositive();
    assertThat(plan.cost()).isGreaterThan(control.plan(first, reference).cost());
  }

  @Test
  void aBoxOfOnePointIsThatPoint() {
    InputBox point = new InputBox(Matrix.column(0.25, -0.5), Matrix.column(0.25, -0.5));
    assertThat(control.plan(first, reference, point).inputs())
        .isEqualTo(Collections.nCopies(HORIZON, Matrix.column(0.25, -0.5)));
  }

  /** Planned to the origin, it is the regulator: only the first state's cost differs. */
  @Test
  void towardsTheOriginThePlanIsTheRegulators() {
    ModelPredictiveControl.Plan plan = control.plan(first, Matrix.zeros(STATES, 1));
    LinearQuadraticRegulator.Gains gains =
        LinearQuadraticRegulator.finiteHorizon(
            Collections.nCopies(HORIZON, system.a()),
            Collections.nCopies(HORIZON, system.b()),
            control.q(),
            control.r(),
            control.q());
    assertThat(plan.cost() + control.q().quadratic(first))
        .isCloseTo(gains.costToGo().quadratic(first), within(1e-8));
    Expect.close(plan.inputs().get(0), gains.gains().get(0).times(first).scaled(-1), 1e-9);
  }

  @Test
  void refuses() {
    Expect.usage(
        () -> new ModelPredictiveControl(system, control.r(), control.r(), 3),
        "expected Q of shape [4, 4], found [2, 2]");
    Expect.usage(
        () -> new ModelPredictiveControl(system, control.q(), control.q(), 3),
        "expected R of shape [2, 2], found [4, 4]");
    Expect.usage(
        () -> new ModelPredictiveControl(system, control.q(), control.r(), 0),
        "expected a horizon of 1 or more, found 0");
    Expect.usage(
        () -> control.plan(first, Matrix.zeros(3, 1)),
        "expected the reference of shape [4, 1], found [3, 1]");
    Expect.usage(
        () -> control.plan(Matrix.zeros(3, 1), reference),
        "expected the first state of shape [4, 1], found [3, 1]");
    Expect.usage(
        () -> control.plan(first, reference, InputBox.symmetric(3, 1)),
        "expected lower bounds of shape [2, 1], found [3, 1]");
    Expect.usage(
        () -> InputBox.symmetric(2, -1),
        "expected lower bounds not above upper ones, found 1.0 and -1.0 of input 0");
    Expect.usage(
        () -> new InputBox(Matrix.column(0), Matrix.column(0, 1)),
        "expected upper bounds of shape [1, 1], found [2, 1]");
    Expect.usage(
        () ->
            new ModelPredictiveControl(system, control.q(), control.r(), 5000)
                .plan(first, reference),
        "expected a matrix of 1 to 4096 rows and columns, found [20000, 10000]");
  }
}
