package dev.statecraft.studio.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.control.advise.FirstStep;
import org.junit.jupiter.api.Test;

/** The promise of a first step, against sums done by hand. */
class FirstStepScoreTest {
  /** G = [[3, 1], [0, 2]], C = diag(4, 1): tr(G C^-1 G') = 9/4 + 1 + 4. */
  @Test
  void isTheNormOfTheGradientWhereWhatIsReadVariesAsMuchInAllDirections() {
    FirstStepScore score =
        FirstStepScore.of(
            new FirstStep(new double[] {3, 1, 0, 2}, new double[] {40, 0, 0, 10}, 2), 10);
    assertThat(score.norm()).isCloseTo(Math.sqrt(7.25), within(1e-4));
    assertThat(score.direction()).containsExactly(new double[] {-0.75, -1, 0, -2}, within(1e-4));
  }

  /** h' = T h has dB' = dB T^-T ... so that the promise is the same in every basis. */
  @Test
  void doesNotDependOnTheBasisOfWhatIsRead() {
    // T = [[2, 1], [0, 3]]: the gradient with respect to B is G T', the moments T C T'.
    FirstStepScore own =
        FirstStepScore.of(new FirstStep(new double[] {3, 1}, new double[] {5, 1, 1, 2}, 2), 1);
    FirstStepScore other =
        FirstStepScore.of(new FirstStep(new double[] {7, 3}, new double[] {26, 12, 12, 18}, 2), 1);
    assertThat(other.norm()).isCloseTo(own.norm(), within(1e-4));
  }

  @Test
  void aFeatureThatNeverVariesPromisesNothingThatIsNotFinite() {
    FirstStepScore score =
        FirstStepScore.of(new FirstStep(new double[] {1, 0}, new double[] {4, 0, 0, 0}, 2), 4);
    assertThat(score.norm()).isCloseTo(1, within(1e-4));
    FirstStepScore nothing =
        FirstStepScore.of(new FirstStep(new double[] {0, 0}, new double[4], 2), 4);
    assertThat(nothing.norm()).isZero();
  }
}
