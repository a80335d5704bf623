package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SystemsTest {
  private final Random random = new Random(3);
  private final LinearSystem system = RandomSystems.withRadius(0.7, 4, 2, 3, random);

  @Test
  void simulates() {
    Matrix d = Matrix.gaussian(3, 2, random);
    LinearSystem direct = new LinearSystem(system.a(), system.b(), system.c(), d);
    Matrix x = Matrix.gaussian(4, 1, random);
    Matrix u = Matrix.gaussian(2, 1, random);
    LinearSystem.Response response = direct.simulate(x, List.of(u, u));
    assertThat(response.states()).hasSize(3);
    Expect.close(
        response.states().get(2),
        system
            .a()
            .times(system.a())
            .times(x)
            .plus(system.a().times(system.b()).plus(system.b()).times(u)),
        1e-13);
    Expect.close(response.outputs().get(0), system.c().times(x).plus(d.times(u)), 1e-13);
  }

  @Test
  void simulatesUnderFeedback() {
    Matrix gain = Matrix.gaussian(2, 4, random).scaled(0.1);
    Matrix x = Matrix.gaussian(4, 1, random);
    Matrix closed = system.a().minus(system.b().times(gain));
    Expect.close(
        system.underFeedback(gain, x, 2).states().get(2), closed.times(closed).times(x), 1e-13);
  }

  @Test
  void settlesToItsSteadyState() {
    Matrix u = Matrix.column(1, -2);
    LinearSystem.Response response =
        system.simulate(Matrix.zeros(4, 1), Collections.nCopies(200, u));
    Expect.close(response.outputs().get(199), system.steadyStateGain().times(u), 1e-12);
    LinearSystem.Transfer transfer = system.transfer(Complex.real(1));
    Expect.close(transfer.real(), system.steadyStateGain(), 1e-12);
    assertThat(transfer.imaginary().largest()).isLessThan(1e-12);
  }

  /** {@code 1 / (z - 1/2)} at {@code z = i} is {@code (-1/2 - i) / (5/4)}. */
  @Test
  void transfers() {
    LinearSystem.Transfer transfer =
        LinearSystem.of(Matrix.row(0.5), Matrix.row(1)).transfer(new Complex(0, 1));
    assertThat(transfer.real().at(0, 0)).isCloseTo(-0.4, within(1e-15));
    assertThat(transfer.imaginary().at(0, 0)).isCloseTo(-0.8, within(1e-15));
  }

  @Test
  void knowsWhatIsControllableAndObservable() {
    assertThat(system.controllabilityMatrix().rank(1e-12)).isEqualTo(4);
    assertThat(system.observabilityMatrix().rank(1e-12)).isEqualTo(4);
    LinearSystem half =
        LinearSystem.of(Matrix.diagonal(0.5, 0.2), Matrix.column(1, 0), Matrix.row(0, 1));
    assertThat(half.controllabilityMatrix())
        .isEqualTo(Matrix.of(new double[][] {{1, 0.5}, {0, 0}}));
    assertThat(half.observabilityMatrix()).isEqualTo(Matrix.of(new double[][] {{0, 1}, {0, 0.2}}));
    assertThat(half.isStable()).isTrue();
    assertThat(LinearSystem.of(Matrix.row(1), Matrix.row(1)).isStable()).isFalse();
  }

  @Test
  void timeVaryingSystemsMoveByTransitions() {
    TimeVaryingSystem varying =
        new TimeVaryingSystem(
            List.of(Matrix.gaussian(3, 2, random), Matrix.gaussian(4, 3, random)),
            List.of(Matrix.gaussian(3, 1, random), Matrix.gaussian(4, 2, random)));
    Matrix x = Matrix.gaussian(2, 1, random);
    List<Matrix> u = List.of(Matrix.gaussian(1, 1, random), Matrix.gaussian(2, 1, random));
    List<Matrix> expected =
        List.of(
            varying.transition(0, 2).times(x),
            varying.transition(1, 2).times(varying.b().get(0)).times(u.get(0)),
            varying.transition(2, 2).times(varying.b().get(1)).times(u.get(1)));
    Expect.close(
        varying.simulate(x, u).get(2), expected.stream().reduce(Matrix::plus).orElseThrow(), 1e-13);
  }

  @Test
  void aSystemThatDoesNotChangeIsTheSameAsATimeVaryingOne() {
    int steps = 5;
    List<Matrix> u =
        IntStream.range(0, steps).mapToObj(t -> Matrix.gaussian(2, 1, random)).toList();
    Matrix x = Matrix.gaussian(4, 1, random);
    TimeVaryingSystem varying =
        new TimeVaryingSystem(
            Collections.nCopies(steps, system.a()), Collections.nCopies(steps, system.b()));
    assertThat(varying.simulate(x, u)).isEqualTo(system.simulate(x, u).states());
  }

  @Test
  void refuses() {
    Matrix a = Matrix.identity(2);
    Expect.usage(
        () -> LinearSystem.of(Matrix.zeros(2, 3), a), "expected A square, found shape [2, 3]");
    Expect.usage(
        () -> LinearSystem.of(a, Matrix.zeros(3, 1)), "expected B with 2 rows, found shape [3, 1]");
    Expect.usage(
        () -> LinearSystem.of(a, a, Matrix.zeros(1, 3)),
        "expected C with 2 columns, found shape [1, 3]");
    Expect.usage(
        () -> new LinearSystem(a, a, a, Matrix.zeros(1, 2)),
        "expected D of shape [2, 2], found [1, 2]");
    Expect.usage(
        () -> LinearSystem.of(a, a).simulate(Matrix.zeros(3, 1), List.of()),
        "expected the first state of shape [2, 1], found [3, 1]");
    Expect.usage(
        () -> LinearSystem.of(a, a).simulate(Matrix.zeros(2, 1), List.of(Matrix.zeros(1, 1))),
        "expected an input of shape [2, 1], found [1, 1]");
    Expect.usage(
        () -> LinearSystem.of(a, a).underFeedback(Matrix.zeros(1, 2), Matrix.zeros(2, 1), 3),
        "expected a gain of shape [2, 2], found [1, 2]");
    Expect.usage(
        () -> LinearSystem.of(a, a).steadyStateGain(),
        "expected a matrix with an inverse, found a singular one");
    Expect.usage(
        () -> new TimeVaryingSystem(List.of(), List.of()),
        "expected a horizon of 1 or more, found 0");
    Expect.usage(
        () -> new TimeVaryingSystem(List.of(a), List.of(a, a)),
        "expected 1 input matrices, one for each step, found 2");
    Expect.usage(
        () -> new TimeVaryingSystem(List.of(a, Matrix.identity(3)), List.of(a, a)),
        "expected A_1 with 2 columns, found shape [3, 3]");
    Expect.usage(
        () -> new TimeVaryingSystem(List.of(a), List.of(a)).transition(0, 2),
        "expected steps within 0 and 1, found from 0 to 2");
  }
}
