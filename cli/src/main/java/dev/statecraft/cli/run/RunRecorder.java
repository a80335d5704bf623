package dev.statecraft.cli.run;

import dev.statecraft.cli.recipe.Metric;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.terminal.Progress;
import dev.statecraft.cli.terminal.Units;
import dev.statecraft.models.train.Evaluated;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes a run's metrics, shows its progress and keeps what its summary and report are made of. */
public final class RunRecorder implements TrainListener {
  private final Recipe recipe;
  private final MetricsLog log;
  private final Progress progress;
  private final List<StepMetrics> steps = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private long trainableParameters;
  private long totalSteps;

  public RunRecorder(Recipe recipe, MetricsLog log, Progress progress) {
    this.recipe = recipe;
    this.log = log;
    this.progress = progress;
  }

  /** Takes up what was recorded before the checkpoint that the run goes on from. */
  public void resume(List<StepMetrics> earlier, List<Evaluated> evaluated) {
    steps.addAll(earlier);
    for (Evaluated evaluation : evaluated) {
      Map<String, Double> chosen = new LinkedHashMap<>();
      recipe
          .task()
          .metrics()
          .forEach(metric -> chosen.put(metric.label(), evaluation.metrics().get(metric.label())));
      evaluations.add(new Evaluation(evaluation.step(), evaluation.epoch(), chosen));
    }
  }

  @Override
  public void started(long trainable, long total) {
    trainableParameters = trainable;
    totalSteps = total;
    progress.note(
        recipe.method().name().label()
            + ": "
            + Units.count(trainable)
            + " trainable parameters, "
            + Units.count(total)
            + " steps");
  }

  @Override
  public void step(StepMetrics step) {
    log.write(step);
    steps.add(step);
    progress.update(
        new Progress.Update(
            recipe.method().name().label(),
            step.step(),
            totalSteps,
            Optional.of(step.loss()),
            step.tokensPerSecond()));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
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
  public void note(String line) {
    progress.note(line);
  }

  /** All that was recorded, with the engine's measurements. */
  public RunResult finish(TrainOutcome outcome) {
    long tokens = steps.stream().mapToLong(StepMetrics::tokens).sum();
    Optional<Long> peakRss = PeakMemory.bytes().stream().boxed().findFirst();
    Summary summary =
        new Summary(
            recipe.method().name().label(),
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
            peakRss);
    return new RunResult(recipe, summary, steps, evaluations);
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
