package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.UsageException;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolePlacementTest {
  @RepeatedTest(8)
  void thePolesAreTheEigenvaluesOfTheClosedLoop(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Matrix a = Matrix.gaussian(5, 5, random);
    Matrix b = Matrix.gaussian(5, 1, random);
    double frequency = 0.5 + random.nextDouble();
    List<Complex> poles =
        List.of(
            new Complex(-1, frequency),
            Complex.real(-0.5),
            Complex.real(-2),
            new Complex(-1, -frequency),
            Complex.real(-3));
    Matrix gain = PolePlacement.ackermann(a, b, poles);
    assertPlaced(a.minus(b.times(gain)), poles, 1e-6);
  }

  /** States are angle, speed and current; the current is a thousand times as fast as the rest. */
  private static final Matrix MOTOR = motor(3.2284e-6, 3.5077e-6, 0.0274, 4, 2.75e-6);

  private static final Matrix VOLTAGE = Matrix.column(0, 0, 1 / 2.75e-6);

  private static Matrix motor(
      double inertia, double friction, double torque, double resistance, double inductance) {
    return Matrix.of(
        new double[][] {
          {0, 1, 0},
          {0, -friction / inertia, torque / inertia},
          {0, -torque / inductance, -resistance / inductance}
        });
  }

  @Test
  void unitsDoNotMatter() {
    List<Complex> poles =
        List.of(new Complex(-100, 100), Complex.real(-200), new Complex(-100, -100));
    Matrix gain = PolePlacement.ackermann(MOTOR, VOLTAGE, poles);
    assertPlaced(MOTOR.minus(VOLTAGE.times(gain)), poles, 1e-6);
    Matrix units = Matrix.diagonal(1e9, 1e-6, 1e3);
    Matrix other =
        PolePlacement.ackermann(
            units.times(MOTOR).times(units.inverse()), units.times(VOLTAGE), poles);
    Matrix same = other.times(units);
    for (int i = 0; i < 3; i++) {
      double expected = gain.at(0, i);
      assertThat(same.at(0, i)).isCloseTo(expected, within(1e-9 * Math.abs(expected)));
    }
  }

  private static void assertPlaced(Matrix closedLoop, List<Complex> poles, double tolerance) {
    List<Complex> placed = closedLoop.eigenvalues();
    assertThat(placed).hasSameSizeAs(poles);
    for (Complex pole : poles) {
      assertThat(placed)
          .filteredOn(
              found ->
                  Math.hypot(found.real() - pole.real(), found.imaginary() - pole.imaginary())
                      < tolerance)
          .hasSize(1);
    }
  }

  private static Matrix gainOf(int states, long seed) {
    Random random = new Random(seed);
    Matrix a = Matrix.gaussian(states, states, random).scaled(1 / Math.sqrt(states));
    Matrix b = Matrix.gaussian(states, 1, random);
    List<Complex> poles =
        IntStream.range(0, states).mapToObj(i -> Complex.real(0.8 * i / states)).toList();
    return PolePlacement.ackermann(a, b, poles);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 20, 24})
  void aGainThatMissesThePolesIsRefused(int states) {
    for (long seed = 1; seed <= 5; seed++) {
      long drawn = seed;
      assertThatThrownBy(() -> gainOf(states, drawn))
          .isInstanceOf(UsageException.class)
          .hasMessageMatching(
              "expected poles that Ackermann's formula can place, found that rounding moves "
                  + "Complex\\[real=0\\.\\d+, imaginary=-?0\\.0] by \\d.*");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6})
  void fewStatesAreNotRefused(int states) {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(gainOf(states, seed).columns()).isEqualTo(states);
    }
  }

  /** Rounding moves the eigenvalues of one block of Jordan's by far more than itself. */
  @ParameterizedTest
  @CsvSource({"2, 0", "3, 0", "5, 0", "2, 0.5", "3, 0.5", "5, -0.5"})
  void polesMayBeAtOnePlace(int states, double place) {
    Random random = new Random(states);
    Matrix a = Matrix.gaussian(states, states, random);
    Matrix b = Matrix.gaussian(states, 1, random);
    Matrix gain = PolePlacement.ackermann(a, b, Collections.nCopies(states, Complex.real(place)));
    Matrix shifted = a.minus(b.times(gain)).minus(Matrix.identity(states).scaled(place));
    Matrix power = Matrix.identity(states);
    for (int k = 0; k < states; k++) {
      power = power.times(shifted);
    }
    Expect.close(power, Matrix.zeros(states, states), 1e-9);
  }

  @Test
  void conjugatesAreComparedByTheSizeOfPoles() {
    for (double size : new double[] {1e-6, 0.1, 1e6}) {
      List<Complex> alone = List.of(new Complex(size, 9e-9 * size));
      assertThatThrownBy(() -> PolePlacement.ackermann(Matrix.row(3), Matrix.row(2), alone))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("expected complex poles in conjugate pairs, found");
      List<Complex> rounded = List.of(new Complex(size, 1e-12 * size));
      assertThat(PolePlacement.ackermann(Matrix.row(3), Matrix.row(2), rounded).at(0, 0))
          .isCloseTo((3 - size) / 2, within(1e-9 * (3 + size)));
    }
  }

  @Test
  void oneState() {
    assertThat(
            PolePlacement.ackermann(Matrix.row(3), Matrix.row(2), List.of(Complex.real(1)))
                .at(0, 0))
        .isCloseTo(1, within(1e-14));
  }

  @Test
  void refuses() {
    Matrix a = Matrix.diagonal(1, 2);
    Matrix b = Matrix.column(1, 1);
    List<Complex> poles = List.of(Complex.real(0), Complex.real(0));
    Expect.usage(
        () -> PolePlacement.ackermann(a, Matrix.column(1, 0), poles),
        "expected a controllable system, found rank 1 of 2");
    Expect.usage(
        () -> PolePlacement.ackermann(a, b, poles.subList(1, 2)),
        "expected 2 poles, one for each state, found 1");
    Expect.usage(
        () -> PolePlacement.ackermann(a, Matrix.identity(2), poles),
        "expected B of shape [2, 1], found [2, 2]");
    Expect.usage(
        () -> PolePlacement.ackermann(a, b, List.of(new Complex(0, 1), Complex.real(2))),
        "expected complex poles in conjugate pairs, found "
            + "[Complex[real=0.0, imaginary=1.0], Complex[real=2.0, imaginary=0.0]]");
    Expect.usage(
        () -> PolePlacement.ackermann(a, b, List.of(Complex.real(Double.NaN), Complex.real(2))),
        "expected the real part of a pole to be a finite number, found NaN");
    Expect.usage(
        () -> PolePlacement.ackermann(Matrix.diagonal(1e200, 2), Matrix.column(1e200, 1), poles),
        "expected the largest of [B, A B, ...] to be a finite number, found Infinity");
    Expect.usage(
        () -> PolePlacement.ackermann(Matrix.identity(40), Matrix.zeros(40, 1), poles),
        "expected at most 32 states, found 40");
  }
}
