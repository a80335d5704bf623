package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RelativeGainArrayTest {
  private final Random random = new Random(19);

  @Test
  void unitsOfInputsAndOutputsDoNotMatter() {
    Matrix gains = Matrix.gaussian(4, 4, random);
    Matrix scaled =
        Matrix.diagonal(RandomSystems.uniform(4, 0.5, 4, random))
            .times(gains)
            .times(Matrix.diagonal(RandomSystems.uniform(4, -4, -0.5, random)));
    Expect.close(
        RelativeGainArray.of(scaled).values(), RelativeGainArray.of(gains).values(), 1e-11);
  }

  /** With more outputs than inputs only the units of inputs do not matter. */
  @Test
  void unitsOfInputsDoNotMatterWithMoreOutputs() {
    Matrix gains = Matrix.gaussian(6, 3, random);
    Matrix units = Matrix.diagonal(RandomSystems.uniform(3, 0.5, 4, random));
    Expect.close(
        RelativeGainArray.of(gains.times(units)).values(),
        RelativeGainArray.of(gains).values(),
        1e-12);
  }

  @Test
  void sumsAreOneWhereGainsAreIndependent() {
    RelativeGainArray tall = RelativeGainArray.of(Matrix.gaussian(6, 3, random));
    assertThat(tall.columnSums()).containsExactly(new double[] {1, 1, 1}, within(1e-12));
    assertThat(Arrays.stream(tall.rowSums())).allMatch(sum -> sum > 0 && sum < 1);
    assertThat(Arrays.stream(tall.rowSums()).sum()).isCloseTo(3, within(1e-12));
  }

  /** Of two inputs and outputs it is {@code 1 / (1 - g12 g21 / (g11 g22))} (Bristol). */
  @Test
  void isBristolsForTwo() {
    RelativeGainArray array = RelativeGainArray.of(Matrix.of(new double[][] {{2, 1}, {0.5, 4}}));
    double lambda = 1 / (1 - 0.5 / 8);
    Expect.close(
        array.values(),
        Matrix.of(new double[][] {{lambda, 1 - lambda}, {1 - lambda, lambda}}),
        1e-14);
    assertThat(array.number()).isCloseTo(4 * (lambda - 1), within(1e-14));
  }

  @Test
  void inputsThatDoNotInteractHaveNumberZero() {
    assertThat(RelativeGainArray.of(Matrix.diagonal(3, -5, 0.1)).number())
        .isCloseTo(0, within(1e-14));
  }
}
