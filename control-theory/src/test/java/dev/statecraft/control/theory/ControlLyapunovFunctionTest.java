package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ControlLyapunovFunctionTest {
  private final Random random = new Random(17);
  private final ControlLyapunovFunction function =
      new ControlLyapunovFunction(RandomSystems.positiveDefinite(3, random), 0.7);

  /**
   * The slope of V along the flow, by a step in both directions, which a quadratic takes exactly.
   */
  private double slope(Matrix x, Matrix move) {
    return (function.value(x.plus(move)) - function.value(x.minus(move))) / 2;
  }

  @Test
  void theConditionIsTheDemandOnTheSlope() {
    for (int trial = 0; trial < 50; trial++) {
      Matrix x = Matrix.gaussian(3, 1, random);
      Matrix f = Matrix.gaussian(3, 1, random);
      Matrix g = Matrix.gaussian(3, 2, random);
      Matrix u = Matrix.gaussian(2, 1, random);
      ControlLyapunovFunction.Condition condition = function.at(x, f, g);
      double excess = condition.normal().transpose().times(u).at(0, 0) - condition.bound();
      assertThat(slope(x, f.plus(g.times(u))) + 0.7 * function.value(x))
          .isCloseTo(excess, within(1e-9 * (1 + Math.abs(excess))));
      assertThat(condition.isMetBy(u, 0)).isEqualTo(excess <= 0);
    }
  }

  @Test
  void theLeastControlMeetsItAndNoSmallerOneDoes() {
    int active = 0;
    for (int trial = 0; trial < 50; trial++) {
      ControlLyapunovFunction.Condition condition =
          function.at(
              Matrix.gaussian(3, 1, random),
              Matrix.gaussian(3, 1, random),
              Matrix.gaussian(3, 2, random));
      Matrix least = condition.leastControl().orElseThrow();
      assertThat(condition.isMetBy(least, 1e-9)).isTrue();
      if (condition.isMetBy(Matrix.zeros(2, 1), 0)) {
        assertThat(least.norm()).isZero();
      } else {
        active++;
        for (int other = 0; other < 20; other++) {
          Matrix direction = Matrix.gaussian(2, 1, random);
          Matrix smaller = direction.scaled(0.999 * least.norm() / direction.norm());
          assertThat(condition.isMetBy(smaller, 0)).isFalse();
        }
      }
    }
    assertThat(active).isBetween(5, 45);
  }

  @Test
  void theNearestControlIsTheWantedOneWhereThatWillDo() {
    ControlLyapunovFunction.Condition condition =
        new ControlLyapunovFunction.Condition(Matrix.column(3, 4), 5);
    assertThat(condition.nearest(Matrix.column(-1, 0))).contains(Matrix.column(-1, 0));
    Expect.close(
        condition.nearest(Matrix.column(3, 4)).orElseThrow(), Matrix.column(0.6, 0.8), 1e-14);
  }

  @Test
  void whereInputsDoNotReachThereIsNone() {
    Matrix x = Matrix.gaussian(3, 1, random);
    assertThat(function.at(x, x, Matrix.zeros(3, 2)).leastControl()).isEmpty();
    assertThat(function.at(x, x.scaled(-1), Matrix.zeros(3, 2)).leastControl())
        .contains(Matrix.zeros(2, 1));
  }

  /** A pendulum held upright: along the whole flow V is below what alpha promises. */
  @Test
  void aPendulumIsBroughtToRest() {
    Matrix p = Matrix.of(new double[][] {{2, 1}, {1, 1}});
    ControlLyapunovFunction upright = new ControlLyapunovFunction(p, 0.5);
    Matrix g = Matrix.column(0, 1);
    Matrix x = Matrix.column(0.8, -0.3);
    double begin = upright.value(x);
    double step = 1e-4;
    for (int t = 1; t <= 50_000; t++) {
      Matrix f = Matrix.column(x.at(1, 0), Math.sin(x.at(0, 0)));
      Matrix u = upright.at(x, f, g).leastControl().orElseThrow();
      x = x.plus(f.plus(g.times(u)).scaled(step));
      if (t % 1000 == 0) {
        assertThat(upright.value(x)).isLessThan(begin * Math.exp(-0.5 * t * step) * 1.001);
      }
    }
    assertThat(upright.value(x)).isLessThan(0.1 * begin);
  }

  @Test
  void refuses() {
    Expect.usage(
        () -> new ControlLyapunovFunction(Matrix.diagonal(1, -2), 1),
        "expected P positive definite, found the eigenvalue -2.0");
    Expect.usage(
        () -> new ControlLyapunovFunction(Matrix.identity(1), -1),
        "expected alpha of 0 or more, found -1.0");
    Expect.usage(
        () -> function.at(Matrix.zeros(3, 1), Matrix.zeros(2, 1), Matrix.zeros(3, 1)),
        "expected f of shape [3, 1], found [2, 1]");
    Expect.usage(
        () -> function.at(Matrix.zeros(3, 1), Matrix.zeros(3, 1), Matrix.zeros(2, 1)),
        "expected g with 3 rows, found shape [2, 1]");
    Expect.usage(
        () -> function.value(Matrix.zeros(2, 1)), "expected x of shape [3, 1], found [2, 1]");
  }
}
