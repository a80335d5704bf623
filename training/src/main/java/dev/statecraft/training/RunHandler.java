package dev.statecraft.training;

import dev.statecraft.data.DataAccount;
import dev.statecraft.training.task.Score;
import java.util.Map;

/** A listener with a method for each kind of event; ignores those that it does not override. */
public interface RunHandler extends RunListener {
  @Override
  default void on(RunEvent event) {
    event.tell(this);
  }

  /** See {@link RunEvent.Started}. */
  default void started(long trainableParameters, long totalSteps) {}

  /** See {@link RunEvent.DataRead}. */
  default void data(Map<String, DataAccount> parts) {}

  /** See {@link RunEvent.Stepped}. */
  default void step(StepMetrics step) {}

  /** See {@link RunEvent.TasksStepped}. */
  default void tasks(long step, Map<String, Double> losses) {}

  /** See {@link RunEvent.Scored}. */
  default void scored(Score score) {}

  /** See {@link RunEvent.Evaluated}. */
  default void evaluated(Evaluation evaluation) {}

  /** See {@link RunEvent.Noted}. */
  default void note(String line) {}

  /** See {@link RunEvent.Shown}. */
  default void exhibit(Exhibit exhibit) {}

  /** See {@link RunEvent.Stopped}. */
  default void stopped(TrainOutcome soFar) {}
}
