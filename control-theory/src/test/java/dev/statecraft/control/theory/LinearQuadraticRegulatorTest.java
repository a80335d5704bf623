package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinearQuadraticRegulatorTest {
  private static final int STATES = 4;
  private static final int INPUTS = 2;
  private static final int STEPS = 6;

  private final Random random = new Random(5);
  private final List<Matrix> a = drawn(STATES, STATES);
  private final List<Matrix> b = drawn(STATES, INPUTS);
  private final Matrix q = RandomSystems.positiveDefinite(STATES, random);
  private final Matrix r = RandomSystems.positiveDefinite(INPUTS, random);
  private final Matrix last = RandomSystems.positiveDefinite(STATES, random);
  private final Matrix first = Matrix.gaussian(STATES, 1, random);

  private List<Matrix> drawn(int rows, int columns) {
    return IntStream.range(0, STEPS).mapToObj(t -> Matrix.gaussian(rows, columns, random)).toList();
  }

  private double cost(List<Matrix> gains) {
    double cost = 0;
    Matrix x = first;
    for (int t = 0; t < STEPS; t++) {
      Matrix u = gains.get(t).times(x).scaled(-1);
      cost += q.quadratic(x) + r.quadratic(u);
      x = a.get(t).times(x).plus(b.get(t).times(u));
    }
    return cost + last.quadratic(x);
  }

  @Test
  void theCostIsWhatASimulationPays() {
    LinearQuadraticRegulator.Gains gains = LinearQuadraticRegulator.finiteHorizon(a, b, q, r, last);
    double cost = cost(gains.gains());
    assertThat(gains.gains()).hasSize(STEPS);
    assertThat(gains.costToGo().quadratic(first)).isCloseTo(cost, within(1e-10 * cost));
    assertThat(gains.costToGo()).isEqualTo(gains.costToGo().transpose());
  }

  @Test
  void noOtherGainIsBetter() {
    List<Matrix> gains = LinearQuadraticRegulator.finiteHorizon(a, b, q, r, last).gains();
    double least = cost(gains);
    for (int trial = 0; trial < 60; trial++) {
      List<Matrix> other = new ArrayList<>(gains);
      int t = trial % STEPS;
      other.set(t, gains.get(t).plus(Matrix.gaussian(INPUTS, STATES, random).scaled(0.05)));
      assertThat(cost(other)).isGreaterThan(least);
    }
  }

  @Test
  void aLongHorizonIsAsGoodAsNone() {
    LinearQuadraticRegulator.Gain endless =
        LinearQuadraticRegulator.infiniteHorizon(a.get(0), b.get(0), q, r);
    LinearQuadraticRegulator.Gains many =
        LinearQuadraticRegulator.finiteHorizon(
            Collections.nCopies(300, a.get(0)), Collections.nCopies(300, b.get(0)), q, r, q);
    Expect.close(many.costToGo(), endless.costToGo(), 1e-10);
    Expect.close(many.gains().get(0), endless.gain(), 1e-10);
    assertThat(a.get(0).minus(b.get(0).times(endless.gain())).spectralRadius()).isLessThan(1);
  }

  @Test
  void solvesTheRiccatiEquation() {
    Matrix f = a.get(1);
    LinearQuadraticRegulator.Gain endless =
        LinearQuadraticRegulator.infiniteHorizon(f, b.get(1), q, r);
    Matrix s = endless.costToGo();
    Matrix closed = f.minus(b.get(1).times(endless.gain()));
    Expect.close(q.plus(f.transpose().times(s).times(closed)), s, 1e-11);
  }

  @Test
  void dearInputsAreLeftAlone() {
    LinearQuadraticRegulator.Gains gains =
        LinearQuadraticRegulator.finiteHorizon(a, b, q, r.scaled(1e12), last);
    assertThat(gains.gains()).allSatisfy(gain -> assertThat(gain.largest()).isLessThan(1e-5));
  }

  @Test
  void aCostOfSomeStatesIsEnough() {
    Matrix some = RandomSystems.ofRank(1, 1, STATES, random);
    LinearQuadraticRegulator.Gain gain =
        LinearQuadraticRegulator.infiniteHorizon(
            a.get(0), b.get(0), some.transpose().times(some), r);
    assertThat(a.get(0).minus(b.get(0).times(gain.gain())).spectralRadius()).isLessThan(1);
  }

  @Test
  void negativeCostsAreRefused() {
    Matrix negative = Matrix.diagonal(3, 1, 2, -0.5);
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, b, negative, r, last),
        "expected Q positive semidefinite, found an eigenvalue of -0.5");
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, b, q, r, negative),
        "expected the cost of the last state positive semidefinite, found an eigenvalue of -0.5");
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, b, q, Matrix.diagonal(1, -2), last),
        "expected R positive semidefinite, found an eigenvalue of -2.0");
    Expect.usage(
        () -> LinearQuadraticRegulator.infiniteHorizon(a.get(0), b.get(0), negative, r),
        "expected Q positive semidefinite, found an eigenvalue of -0.5");
    Expect.usage(
        () ->
            LinearQuadraticRegulator.infiniteHorizon(a.get(0), b.get(0), q, Matrix.diagonal(1, 0)),
        "expected R positive definite, found an eigenvalue of 0.0");
  }

  /** Doing nothing costs nothing, and the state doubles at every step. */
  @Test
  void aCheapFeedbackThatDoesNotStabilizeIsRefused() {
    Expect.usage(
        () ->
            LinearQuadraticRegulator.infiniteHorizon(
                Matrix.row(2), Matrix.row(1), Matrix.row(0), Matrix.row(1)),
        "expected costs whose least feedback stabilizes, "
            + "found one that leaves an eigenvalue of magnitude 2.0");
  }

  @Test
  void refuses() {
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(List.of(), List.of(), q, r, last),
        "expected a horizon of 1 or more, found 0");
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, b.subList(1, STEPS), q, r, last),
        "expected 6 input matrices, one for each step, found 5");
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, a, q, r, last),
        "expected B_0 of shape [4, 2], found [4, 4]");
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, b, r, r, last),
        "expected Q of shape [4, 4], found [2, 2]");
    Expect.usage(
        () -> LinearQuadraticRegulator.finiteHorizon(a, b, q, r, r),
        "expected the cost of the last state of shape [4, 4], found [2, 2]");
    Expect.usage(
        () ->
            LinearQuadraticRegulator.finiteHorizon(
                a, b, q, Matrix.zeros(INPUTS, INPUTS), Matrix.zeros(STATES, STATES)),
        "expected a matrix that is positive definite, found one that is not");
    Expect.usage(
        () ->
            LinearQuadraticRegulator.infiniteHorizon(
                Matrix.diagonal(2, 0.5), Matrix.column(0, 1), Matrix.identity(2), Matrix.row(1)),
        "expected inputs that can bring every state to 0, found one whose cost has no bound");
  }
}
