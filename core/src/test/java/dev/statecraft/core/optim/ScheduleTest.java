package dev.statecraft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleTest {
  /** Values of transformers' get_scheduler with 4 warmup steps of 12, peak 0.8. */
  @ParameterizedTest
  @CsvSource({
    "constant, 4, 0.8",
    "constant, 11, 0.8",
    "constant, 100, 0.8",
    "linear, 4, 0.8",
    "linear, 5, 0.7",
    "linear, 8, 0.4",
    "linear, 11, 0.1",
    "linear, 12, 0",
    "linear, 100, 0",
    "cosine, 4, 0.8",
    "cosine, 6, 0.682842712474619",
    "cosine, 8, 0.4",
    "cosine, 12, 0",
    "cosine, 100, 0"
  })
  void afterTheWarmup(String shape, long step, double expected) {
    Schedule schedule = new Schedule(Schedule.Shape.of(shape), 0.8, 4, 12);
    assertThat(schedule.at(step)).isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @EnumSource
  void warmupIsALineFromZero(Schedule.Shape shape) {
    Schedule schedule = new Schedule(shape, 0.8, 4, 12);
    assertThat(schedule.at(0)).isZero();
    assertThat(schedule.at(1)).isCloseTo(0.2, within(1e-15));
    assertThat(schedule.at(3)).isCloseTo(0.6, within(1e-15));
    assertThat(schedule.at(4)).isEqualTo(0.8);
  }

  @ParameterizedTest
  @EnumSource
  void noWarmupStartsAtThePeak(Schedule.Shape shape) {
    assertThat(new Schedule(shape, 0.8, 0, 1).at(0)).isEqualTo(0.8);
  }

  @ParameterizedTest
  @EnumSource
  void aRunMayBeWarmupAlone(Schedule.Shape shape) {
    Schedule schedule = new Schedule(shape, 0.8, 5, 5);
    assertThat(schedule.at(4)).isCloseTo(0.64, within(1e-15));
    assertThat(schedule.at(5)).isEqualTo(0.8);
  }

  @Test
  void refusesWhatIsNoSchedule() {
    assertThatThrownBy(() -> new Schedule(Schedule.Shape.LINEAR, Double.NaN, 0, 1))
        .hasMessage("learning_rate: expected 0 or more, found NaN");
    assertThatThrownBy(() -> new Schedule(Schedule.Shape.LINEAR, Double.POSITIVE_INFINITY, 0, 1))
        .hasMessage("learning_rate: expected 0 or more, found Infinity");
    assertThatThrownBy(() -> new Schedule(Schedule.Shape.LINEAR, 1, 13, 12))
        .hasMessage("warmup_steps: expected from 0 to the run's 12 steps, found 13");
    assertThatThrownBy(() -> new Schedule(Schedule.Shape.LINEAR, 1, -1, 12))
        .hasMessage("warmup_steps: expected from 0 to the run's 12 steps, found -1");
    assertThatThrownBy(() -> Schedule.Shape.of("step"))
        .hasMessage("schedule: expected constant, linear or cosine, found 'step'");
  }
}
