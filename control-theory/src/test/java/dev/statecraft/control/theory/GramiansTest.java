package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GramiansTest {
  private final Random random = new Random(11);

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 0.9, 0.999})
  void solveTheirLyapunovEquations(double radius) {
    LinearSystem system = RandomSystems.withRadius(radius, 6, 2, 3, random);
    Matrix a = system.a();
    Matrix reached = Gramians.controllability(system);
    Expect.close(
        a.times(reached).times(a.transpose()).plus(system.b().times(system.b().transpose())),
        reached,
        1e-11);
    Matrix told = Gramians.observability(system);
    Expect.close(
        a.transpose().times(told).times(a).plus(system.c().transpose().times(system.c())),
        told,
        1e-11);
  }

  @Test
  void aLongHorizonIsAsGoodAsNone() {
    LinearSystem system = RandomSystems.withRadius(0.5, 5, 2, 1, random);
    Expect.close(Gramians.controllability(system, 80), Gramians.controllability(system), 1e-13);
    Expect.close(Gramians.observability(system, 80), Gramians.observability(system), 1e-13);
  }

  @Test
  void continuousTime() {
    Matrix a = Matrix.gaussian(5, 5, random);
    Matrix stable = a.minus(Matrix.identity(5).scaled(a.spectralRadius() + 0.1));
    Matrix q = RandomSystems.positiveDefinite(5, random);
    Matrix p = LyapunovEquation.continuous(stable, q);
    Expect.close(
        stable.times(p).plus(p.times(stable.transpose())).plus(q), Matrix.zeros(5, 5), 1e-11);
    assertThat(LyapunovEquation.continuous(Matrix.row(-2), Matrix.row(8)).at(0, 0))
        .isCloseTo(2, within(1e-14));
  }

  /** The least energy that reaches x in N steps is {@code x' W^-1 x}, by {@code u = C' W^-1 x}. */
  @Test
  void theEnergyToReachAStateIsTheGramiansInverse() {
    LinearSystem system = RandomSystems.withRadius(0.8, 3, 1, 1, random);
    Matrix goal = Matrix.gaussian(3, 1, random);
    Matrix gramian = Gramians.controllability(system, 3);
    Matrix inputs = system.controllabilityMatrix().transpose().times(gramian.solve(goal));
    List<Matrix> backwards =
        List.of(inputs.block(2, 0, 1, 1), inputs.block(1, 0, 1, 1), inputs.block(0, 0, 1, 1));
    Expect.close(system.simulate(Matrix.zeros(3, 1), backwards).states().get(3), goal, 1e-10);
    assertThat(inputs.norm() * inputs.norm())
        .isCloseTo(gramian.inverse().quadratic(goal), within(1e-8));
  }

  @Test
  void sharesOfStepsAddUp() {
    LinearSystem system = RandomSystems.withRadius(0.8, 4, 2, 1, random);
    Gramians.Shares shares =
        Gramians.controllability(
            new TimeVaryingSystem(
                Collections.nCopies(6, system.a()), Collections.nCopies(6, system.b())));
    Expect.close(shares.gramian(), Gramians.controllability(system, 6), 1e-13);
    Expect.close(
        shares.shares().stream().reduce(Matrix::plus).orElseThrow(), shares.gramian(), 1e-13);
    Expect.close(shares.shares().get(5), system.b().times(system.b().transpose()), 1e-13);
  }

  @Test
  void theShareOfAStepIsWhatItsInputsReach() {
    List<Matrix> a = List.of(drawn(3, 2), drawn(4, 3), drawn(2, 4), drawn(2, 2));
    List<Matrix> b = List.of(drawn(3, 1), drawn(4, 2), drawn(2, 1), drawn(2, 1));
    TimeVaryingSystem system = new TimeVaryingSystem(a, b);
    Gramians.Shares shares = Gramians.controllability(system);
    for (int t = 0; t < 4; t++) {
      Matrix reach = system.transition(t + 1, 4).times(b.get(t));
      Expect.close(shares.shares().get(t), reach.times(reach.transpose()), 1e-12);
    }
  }

  /** Products of square ones commute where they are powers of one: these do not. */
  @Test
  void stepsAreTakenInOrder() {
    List<Matrix> a = List.of(drawn(3, 3), drawn(3, 3), drawn(3, 3));
    List<Matrix> b = List.of(drawn(3, 1), drawn(3, 1), drawn(3, 1));
    Matrix reach = a.get(2).times(a.get(1)).times(b.get(0));
    Expect.close(
        Gramians.controllability(new TimeVaryingSystem(a, b)).shares().get(0),
        reach.times(reach.transpose()),
        1e-12);
  }

  private Matrix drawn(int rows, int columns) {
    return Matrix.gaussian(rows, columns, random);
  }

  @Test
  void hankelValuesDoNotDependOnTheBasis() {
    LinearSystem system = RandomSystems.withRadius(0.9, 5, 2, 2, random);
    double[] values = HankelValues.of(system);
    assertThat(values).isSortedAccordingTo((x, y) -> Double.compare(y, x));
    assertThat(HankelValues.of(system.inBasis(Matrix.gaussian(5, 5, random))))
        .containsExactly(values, within(1e-8 * values[0]));
    assertThat(HankelValues.of(system.transposed()))
        .containsExactly(values, within(1e-12 * values[0]));
  }

  /** {@code 1 / (z - a)} has the value {@code 1 / (1 - a^2)}. */
  @Test
  void hankelValueOfOneState() {
    assertThat(HankelValues.of(LinearSystem.of(Matrix.row(0.5), Matrix.row(1))))
        .containsExactly(new double[] {4.0 / 3}, within(1e-14));
  }

  @Test
  void refuse() {
    LinearSystem unstable = LinearSystem.of(Matrix.row(2), Matrix.row(1));
    Expect.usage(
        () -> Gramians.controllability(unstable),
        "expected A with eigenvalues within the unit circle, found one of magnitude 2.0");
    Expect.usage(
        () -> HankelValues.of(unstable),
        "expected A with eigenvalues within the unit circle, found one of magnitude 2.0");
    Expect.usage(
        () -> LyapunovEquation.continuous(Matrix.row(0), Matrix.row(1)),
        "expected A with eigenvalues of negative real part, found one of real part 0.0");
    Expect.usage(
        () -> LyapunovEquation.discrete(Matrix.row(0), Matrix.zeros(2, 2)),
        "expected Q of shape [1, 1], found [2, 2]");
    Expect.usage(
        () ->
            LyapunovEquation.discrete(
                Matrix.zeros(2, 2), Matrix.of(new double[][] {{1, 1}, {0, 1}})),
        "expected Q symmetric, found a value that differs from its mirror image by 1.0");
    Expect.usage(
        () -> Gramians.controllability(unstable, 0), "expected a horizon of 1 or more, found 0");
  }
}
