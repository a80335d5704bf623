package dev.statecraft.models.train;

import static org.assertj.core.api.Assertions.assertThat;

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

  @Test
  void aSpikeIsSeenOnceThereIsSomethingToCompareWith() {
    LossWatch watch = new LossWatch();
    for (int i = 0; i < 9; i++) {
      assertThat(watch.spike(i == 5 ? 1000 : 2 + 0.01 * i)).isEmpty();
    }
    assertThat(watch.spike(2)).isEmpty();
    assertThat(watch.spike(2.9)).isEmpty();
    assertThat(watch.spike(9).orElseThrow()).isBetween(2.0, 2.1);
    assertThat(watch.spike(2)).isEmpty();
  }

  @Test
  void equalLossesAreNoneAboveHalfMoreIs() {
    LossWatch watch = new LossWatch();
    for (int i = 0; i < 60; i++) {
      assertThat(watch.spike(1)).isEmpty();
    }
    assertThat(watch.spike(1.49)).isEmpty();
    assertThat(watch.spike(1.51)).hasValue(1);
  }
}
