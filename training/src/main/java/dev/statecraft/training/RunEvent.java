package dev.statecraft.training;

import dev.statecraft.data.DataAccount;
import dev.statecraft.training.task.Score;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Something that happened in a training run. */
public sealed interface RunEvent {
  /** Calls the handler's method for events of this kind. */
  void tell(RunHandler handler);

  /** The same where an evaluation has these metrics alone, in this order. */
  default RunEvent choosing(List<String> metrics) {
    return this;
  }

  /**
   * The first step is about to be taken.
   *
   * @param trainableParameters how many numbers are trained
   * @param totalSteps optimizer steps of the whole run
   */
  record Started(long trainableParameters, long totalSteps) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.started(trainableParameters, totalSteps);
    }
  }

  /**
   * Data was read.
   *
   * @param parts what, by part of the data, such as {@code training}
   */
  record DataRead(Map<String, DataAccount> parts) implements RunEvent {
    public DataRead {
      parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    @Override
    public void tell(RunHandler handler) {
      handler.data(parts);
    }
  }

  /** An optimizer step was taken. */
  record Stepped(StepMetrics step) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.step(step);
    }
  }

  /**
   * How the tasks of a run of several fared in the step that was just told.
   *
   * @param losses mean loss over each task's labels, before the step, by the task's name
   */
  record TasksStepped(long step, Map<String, Double> losses) implements RunEvent {
    public TasksStepped {
      losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    }

    @Override
    public void tell(RunHandler handler) {
      handler.tasks(step, losses);
    }
  }

  /** An evaluation was made, of which {@link Evaluated} tells the metrics next. */
  record Scored(Score score) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.scored(score);
    }
  }

  /** An evaluation was made. */
  record Evaluated(Evaluation evaluation) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.evaluated(evaluation);
    }

    @Override
    public RunEvent choosing(List<String> metrics) {
      return new Evaluated(evaluation.choosing(metrics));
    }
  }

  /** There is something the user should know, such as examples that were left out. */
  record Noted(String line) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.note(line);
    }
  }

  /** There is something more for the report; it replaces what was shown of its kind. */
  record Shown(Exhibit exhibit) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.exhibit(exhibit);
    }
  }

  /**
   * The run ends before its end; notes may follow, and the failure is thrown.
   *
   * @param soFar what was measured
   */
  record Stopped(TrainOutcome soFar) implements RunEvent {
    @Override
    public void tell(RunHandler handler) {
      handler.stopped(soFar);
    }
  }
}
