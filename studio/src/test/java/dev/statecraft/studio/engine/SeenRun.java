package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.data.DataAccount;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Keeps what a run tells. */
final class SeenRun implements RunHandler {
  private final List<Evaluation> all = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private Map<String, DataAccount> data = Map.of();

  @Override
  public void started(long trainableParameters, long totalSteps) {
    assertThat(trainableParameters).isPositive();
  }

  @Override
  public void data(Map<String, DataAccount> parts) {
    data = parts;
  }

  @Override
  public void step(StepMetrics step) {
    assertThat(step.loss()).isFinite();
    losses.add(step.loss());
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    all.add(evaluation);
  }

  @Override
  public void note(String line) {
    assertThat(line).isNotBlank();
    notes.add(line);
  }

  double first(String metric) {
    return all.get(0).metrics().get(metric);
  }

  double last(String metric) {
    return all.get(all.size() - 1).metrics().get(metric);
  }

  /** Of every step. */
  List<Double> losses() {
    return losses;
  }

  Map<String, DataAccount> data() {
    return data;
  }

  List<String> notes() {
    return notes;
  }
}
