package dev.statecraft.cli;

import dev.statecraft.cli.engine.BenchRequest;
import dev.statecraft.cli.engine.BenchResult;
import dev.statecraft.cli.engine.Classification;
import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.engine.GenerateRequest;
import dev.statecraft.cli.engine.Generation;
import dev.statecraft.cli.engine.InspectedModel;
import dev.statecraft.cli.engine.PlanRequest;
import dev.statecraft.cli.engine.PlanRow;
import dev.statecraft.cli.engine.TextInput;
import dev.statecraft.cli.engine.TunedModel;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.run.Evaluation;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.run.TrainListener;
import dev.statecraft.cli.run.TrainOutcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Answers at once, and remembers what it was asked; or fails as it is told to. */
final class FakeEngine implements Engine {
  private final Optional<RuntimeException> failure;
  private final Optional<InspectedModel> inspected;
  private Object asked;

  FakeEngine() {
    failure = Optional.empty();
    inspected = Optional.empty();
  }

  FakeEngine(RuntimeException failure) {
    this.failure = Optional.of(failure);
    inspected = Optional.empty();
  }

  FakeEngine(InspectedModel inspected) {
    failure = Optional.empty();
    this.inspected = Optional.of(inspected);
  }

  /** The last request. */
  Object asked() {
    return asked;
  }

  private void ask(Object request) {
    asked = request;
    failure.ifPresent(
        thrown -> {
          throw thrown;
        });
  }

  @Override
  public InspectedModel inspect(String model) {
    ask(model);
    return inspected.orElseThrow();
  }

  @Override
  public TrainOutcome train(Recipe recipe, RunDirectory run, TrainListener listener) {
    ask(recipe);
    RunResult sample = SampleRuns.run(recipe.method().name().label(), 80, 5, run.folder());
    listener.started(sample.summary().trainableParameters(), sample.steps().size());
    sample.steps().forEach(listener::step);
    sample.evaluations().forEach(listener::evaluated);
    return new TrainOutcome(
        12.5, sample.summary().memory(), sample.summary().measuredPeakBytes(), Optional.empty());
  }

  @Override
  public List<PlanRow> plan(PlanRequest request) {
    ask(request);
    return List.of(
        new PlanRow("lora", "all", "none", 5L << 30, Map.of("weights", 4L << 30), 1),
        new PlanRow("lora", "cheap", "nf4", 3L << 30, Map.of("weights", 2L << 30), 1.25));
  }

  @Override
  public BenchResult bench(BenchRequest request) {
    ask(request);
    return new BenchResult(
        10,
        20,
        0.5,
        4,
        8,
        OptionalLong.of(1 << 20),
        3 << 20,
        3 << 20,
        Map.of("weights", 20L),
        List.of());
  }

  @Override
  public Evaluation evaluate(Recipe recipe, TunedModel model, Consumer<String> notes) {
    ask(model);
    return new Evaluation(0, 0, Map.of("accuracy", 0.75));
  }

  @Override
  public Generation generate(GenerateRequest request, Consumer<String> text) {
    ask(request);
    text.accept(" upon");
    text.accept(" a time");
    return new Generation(" upon a time", 2, 3, true, "ended by the model", 0.5);
  }

  @Override
  public List<Classification> classify(Recipe recipe, TunedModel model, List<TextInput> texts) {
    ask(texts);
    return texts.stream()
        .map(text -> new Classification(Map.of("bug", 0.1, "praise", 0.9)))
        .toList();
  }
}
