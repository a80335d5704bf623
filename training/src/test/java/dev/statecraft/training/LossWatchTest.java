package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Losses that stand out. */
class LossWatchTest {
  @Test
  void aNoisyFallIsNoSpike() {
    LossWatch watch = new LossWatch();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      double loss = 4 * Math.exp(-i / 100.0) + 0.5 + 0.2 * random.nextDouble();
      assertThat(watch.spike(loss)).as("step %s", i).isEmpty();
    }
  }

  /** Of 50 runs of each kind; a watch of the spread alone cries 5 times a run at the last two. */
  @Test
  void ordinaryNoiseIsNoSpike() {
    int[] alarms = new int[4];
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      LossWatch flat = new LossWatch();
      LossWatch language = new LossWatch();
      LossWatch learned = new LossWatch();
      LossWatch hard = new LossWatch();
      for (int i = 0; i < 400; i++) {
        double fall = 3.5 * Math.exp(-i / 40.0) * Math.exp(0.3 * random.nextGaussian());
        alarms[0] += flat.spike(2 + 0.5 * random.nextGaussian()).isPresent() ? 1 : 0;
        alarms[1] +=
            language.spike(2.3 * Math.exp(0.15 * random.nextGaussian())).isPresent() ? 1 : 0;
        alarms[2] +=
            learned.spike(fall + 0.01 * Math.exp(random.nextGaussian())).isPresent() ? 1 : 0;
        double one = random.nextDouble() < 0.03 ? 0.6 * random.nextDouble() : 0;
        alarms[3] += hard.spike(fall + 0.003 + one).isPresent() ? 1 : 0;
      }
      assertThat(flat.spike(8)).as("seed %s", seed).isPresent();
      assertThat(language.spike(8)).isPresent();
      assertThat(learned.spike(3.5)).isPresent();
      assertThat(hard.spike(3.5)).isPresent();
    }
    assertThat(alarms).containsOnly(0);
  }

  @Test
  void aSpikeIsSeenOnceThereIsSomethingToCompareWith() {
    LossWatch watch = new LossWatch();
    for (int i = 0; i < 19; i++) {
      assertThat(watch.spike(i == 5 ? 3 : 2 + 0.01 * i)).isEmpty();
    }
    assertThat(watch.spike(2)).isEmpty();
    assertThat(watch.spike(2.9)).isEmpty();
    assertThat(watch.spike(9).orElseThrow()).isBetween(2.0, 2.2);
    assertThat(watch.spike(2)).isEmpty();
  }

  @Test
  void equalLossesAreNoneAboveMoreThanHalfMoreIs() {
    LossWatch watch = new LossWatch();
    for (int i = 0; i < 60; i++) {
      assertThat(watch.spike(1)).isEmpty();
    }
    assertThat(watch.spike(1.59)).isEmpty();
    assertThat(watch.spike(2.6)).hasValue(1);
  }
}
