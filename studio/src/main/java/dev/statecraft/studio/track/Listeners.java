package dev.statecraft.studio.track;

import dev.statecraft.data.DataAccount;
import dev.statecraft.studio.run.Evaluation;
import dev.statecraft.studio.run.Exhibit;
import dev.statecraft.studio.run.StepMetrics;
import dev.statecraft.studio.run.TrainListener;
import dev.statecraft.studio.run.TrainOutcome;
import java.util.List;
import java.util.Map;

/**
 * Several listeners as one.
 *
 * @param all told in this order
 */
record Listeners(List<TrainListener> all) implements TrainListener {
  public Listeners {
    all = List.copyOf(all);
  }

  @Override
  public void started(long trainableParameters, long totalSteps) {
    all.forEach(listener -> listener.started(trainableParameters, totalSteps));
  }

  @Override
  public void data(Map<String, DataAccount> parts) {
    all.forEach(listener -> listener.data(parts));
  }

  @Override
  public void step(StepMetrics step) {
    all.forEach(listener -> listener.step(step));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    all.forEach(listener -> listener.evaluated(evaluation));
  }

  @Override
  public void stopped(TrainOutcome soFar) {
    all.forEach(listener -> listener.stopped(soFar));
  }

  @Override
  public boolean isCancelled() {
    return all.stream().anyMatch(TrainListener::isCancelled);
  }

  @Override
  public void note(String line) {
    all.forEach(listener -> listener.note(line));
  }

  @Override
  public void exhibit(Exhibit exhibit) {
    all.forEach(listener -> listener.exhibit(exhibit));
  }
}
