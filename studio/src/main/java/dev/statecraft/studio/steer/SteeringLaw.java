package dev.statecraft.studio.steer;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** By which model of a network the gains are computed, and where the setpoints lie. */
public enum SteeringLaw {
  /**
   * What an edge adds to a state goes through the next layer like the state itself: B = A. The
   * setpoint is that of the negative texts, moved by the strength: at 1 it is that of the positive
   * ones.
   */
  EDGE,

  /**
   * As arXiv 2604.19018 has it: inputs enter the next state as they are, B = I, and setpoints are
   * counted from 0, whatever all texts have in common.
   */
  PAPER;

  /**
   * The law of this name: {@code edge} or {@code paper}.
   *
   * @throws UsageException if there is none
   */
  public static SteeringLaw of(String word) {
    return Arrays.stream(values())
        .filter(law -> law.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException("--law: expected one of " + words() + ", found '" + word + "'"));
  }

  private static List<String> words() {
    return Arrays.stream(values()).map(SteeringLaw::word).toList();
  }

  /** Its name on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
