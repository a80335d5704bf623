package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

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
    List<Complex> placed = a.minus(b.times(gain)).eigenvalues();
    assertThat(placed).hasSize(5);
    for (Complex pole : poles) {
      assertThat(placed)
          .filteredOn(
              found ->
                  Math.hypot(found.real() - pole.real(), found.imaginary() - pole.imaginary())
                      < 1e-6)
          .hasSize(1);
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
        () -> PolePlacement.ackermann(Matrix.identity(40), Matrix.zeros(40, 1), poles),
        "expected at most 32 states, found 40");
  }
}
