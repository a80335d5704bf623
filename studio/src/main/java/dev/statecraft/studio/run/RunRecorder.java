package dev.statecraft.studio.run;

import dev.statecraft.base.Quoted;
import dev.statecraft.base.Shown;
import dev.statecraft.base.Units;
import dev.statecraft.data.DataAccount;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.TrainOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes a run's metrics, shows its progress and keeps what its summary and report are made of.
 * Notes may come, and views be taken, on any thread.
 */
public final class RunRecorder implements RunHandler {
  /** What a note quotes is bounded; this keeps one that is not from filling the screen. */
  private static final int LONGEST_NOTE = 2000;

  private final Recipe recipe;
  private final MetricsLog log;
  private final Progress progress;
  private final List<StepMetrics> steps = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<Class<?>, Exhibit> exhibits = new LinkedHashMap<>();
  private long trainableParameters;
  private long totalSteps;
  private long startedAt;
  private int stepsBefore;
  private Map<String, DataAccount> data = Map.of();
  private Optional<String> failure = Optional.empty();
  private Optional<TrainOutcome> measured = Optional.empty();
  private Optional<Summary> summary = Optional.empty();
  private volatile boolean cancelled;

  public RunRecorder(Recipe recipe, MetricsLog log, Progress progress) {
    this.recipe = recipe;
    this.log = log;
    this.progress = progress;
  }

  /** What is to be done. */
  public Recipe recipe() {
    return recipe;
  }

  /** Takes up the notes of the run's earlier parts. */
  public synchronized void recall(List<String> earlier) {
    notes.addAll(earlier);
  }

  /** Takes up what was recorded before the checkpoint that the run goes on from. */
  public synchronized void resume(List<StepMetrics> earlier, List<Evaluation> evaluated) {
    steps.addAll(earlier);
    for (Evaluation evaluation : evaluated) {
      evaluations.add(evaluation.choosing(recipe.task().metricNames()));
    }
  }

  @Override
  public synchronized void started(long trainable, long total) {
    trainableParameters = trainable;
    totalSteps = total;
    startedAt = System.nanoTime();
    stepsBefore = steps.size();
    progress.note(
        recipe.method().name()
            + ": "
            + Units.count(trainable)
            + " trainable parameters, "
            + Units.count(total)
            + " steps");
  }

  @Override
  public synchronized void data(Map<String, DataAccount> parts) {
    data = parts;
  }

  @Override
  public synchronized void step(StepMetrics step) {
    log.write(step);
    steps.add(step);
    progress.update(
        new Progress.Update(
            recipe.method().name(),
            step.step(),
            totalSteps,
            Optional.of(step.loss()),
            step.tokensPerSecond(),
            step.peakBytes()));
  }

  @Override
  public synchronized void evaluated(Evaluation evaluation) {
    evaluations.add(evaluation);
    progress.note(
        "evaluation after step "
            + evaluation.step()
            + ": "
            + evaluation.metrics().entrySet().stream()
                .map(entry -> entry.getKey() + " " + Units.decimal(entry.getValue()))
                .collect(Collectors.joining(", ")));
  }

  @Override
  public synchronized void note(String line) {
    String shown = Quoted.cut(Shown.line(line), LONGEST_NOTE);
    notes.add(shown);
    progress.note(shown);
  }

  @Override
  public synchronized void exhibit(Exhibit exhibit) {
    exhibits.put(exhibit.getClass(), exhibit);
  }

  /** The run is to stop before its next step; on any thread. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Whether the first step, or what is left of them, is about to be taken, or was; on any thread.
   */
  public synchronized boolean isStarted() {
    return totalSteps > 0;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public synchronized void stopped(TrainOutcome soFar) {
    measured = Optional.of(soFar);
  }

  /**
   * The run ended before its end.
   *
   * @return what became of it, if it had come to be measured
   */
  public synchronized Optional<Summary> failed(String why, Summary.Status status) {
    failure = Optional.of(why);
    summary = measured.map(outcome -> summary(outcome, status));
    return summary;
  }

  /** The run as it is now; on any thread. */
  public synchronized RunView view() {
    return new RunView(
        recipe,
        trainableParameters,
        totalSteps,
        secondsLeft(),
        steps,
        evaluations,
        notes,
        List.copyOf(exhibits.values()),
        failure,
        summary);
  }

  private Optional<Double> secondsLeft() {
    int taken = steps.size() - stepsBefore;
    if (taken == 0 || totalSteps == 0) {
      return Optional.empty();
    }
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    return Optional.of(seconds / taken * (totalSteps - steps.size()));
  }

  /** All that was recorded, with the engine's measurements. */
  public synchronized RunResult finish(TrainOutcome outcome) {
    Summary made = summary(outcome, Summary.Status.FINISHED);
    summary = Optional.of(made);
    return new RunResult(recipe, made, steps, evaluations);
  }

  private Summary summary(TrainOutcome outcome, Summary.Status status) {
    long tokens = steps.stream().mapToLong(StepMetrics::tokens).sum();
    Optional<Long> peakRss = PeakMemory.bytes().stream().boxed().findFirst();
    return new Summary(
        status,
        recipe.method().name(),
        trainableParameters,
        steps.size(),
        outcome.seconds(),
        outcome.seconds() > 0 ? tokens / outcome.seconds() : 0,
        evaluations.isEmpty()
            ? Optional.empty()
            : Optional.of(evaluations.get(evaluations.size() - 1)),
        best(),
        outcome.store(),
        outcome.memory(),
        outcome.predicted(),
        peakRss,
        outcome.threads(),
        data,
        recipe.train().learningRate(),
        recipe.train().headLearningRate(),
        outcome.modelDropout());
  }

  /** The first of the best by the recipe's first metric. */
  private Optional<Evaluation> best() {
    Metric metric = recipe.task().metrics().get(0);
    Evaluation best = null;
    for (Evaluation evaluation : evaluations) {
      if (best == null || metric.isBetter(value(evaluation, metric), value(best, metric))) {
        best = evaluation;
      }
    }
    return Optional.ofNullable(best);
  }

  private static double value(Evaluation evaluation, Metric metric) {
    Map<String, Double> metrics = evaluation.metrics();
    if (!metrics.containsKey(metric.label())) {
      throw new IllegalArgumentException(
          "expected the metric " + metric.label() + ", found " + metrics.keySet());
    }
    return metrics.get(metric.label());
  }
}
