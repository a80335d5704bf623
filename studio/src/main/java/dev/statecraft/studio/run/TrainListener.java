package dev.statecraft.studio.run;

import dev.statecraft.data.DataAccount;
import java.util.Map;

/**
 * Is told how a training run goes, by the thread that runs it; ignores what it does not override.
 */
public interface TrainListener {
  /**
   * Before the first step.
   *
   * @param trainableParameters how many numbers are trained
   * @param totalSteps optimizer steps of the whole run
   */
  default void started(long trainableParameters, long totalSteps) {}

  /** What was read, by part of the data, such as {@code training}. */
  default void data(Map<String, DataAccount> parts) {}

  /** After an optimizer step. */
  default void step(StepMetrics step) {}

  /** After an evaluation. */
  default void evaluated(Evaluation evaluation) {}

  /**
   * The run ends before its end; {@link #note} may follow, and the failure is thrown.
   *
   * @param soFar what was measured
   */
  default void stopped(TrainOutcome soFar) {}

  /** Asked before every step: whether the run is to stop, as if it had been interrupted. */
  default boolean isCancelled() {
    return false;
  }

  /** Something the user should know, such as examples that were left out. */
  default void note(String line) {}

  /** Something more for the report; it replaces what was shown of its kind. */
  default void exhibit(Exhibit exhibit) {}
}
