package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.Checkpoints;
import dev.statecraft.training.Criterion;
import dev.statecraft.training.EarlyStopping;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepLayout;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.Trainer;
import dev.statecraft.training.TrainingOptions;
import dev.statecraft.training.task.CausalExamples;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that is interrupted ends, to the bit, as one that is not. */
class ResumeTest {
  private static final TinyModel MODEL = TinyModel.of("llama-tiny");
  private static final long STEPS = 9;
  private static final ExampleSet EXAMPLES = examples(21);
  private static final ExampleSet HELD_OUT = examples(5);
  private static final BatchLimit MICRO_BATCH = BatchLimit.tokens(30);
  private static final Criterion LOSS = new Criterion("loss", false);

  @TempDir private Path folder;

  private static ExampleSet examples(int count) {
    SplittableRandom random = new SplittableRandom(count);
    List<LabelledTokens> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(random.nextInt(2, 20), 3, 80).toArray();
      int[] labels = ids.clone();
      labels[0] = LabelledTokens.IGNORED;
      examples.add(new LabelledTokens(ids, labels));
    }
    return new CausalExamples(examples, false);
  }

  private static TrainingOptions options(Checkpointing checkpointing) {
    return new TrainingOptions(
        new Schedule(Schedule.Shape.COSINE, 1e-2, 2, STEPS),
        AdamW.Options.withDecay(0.01),
        6, // more than one micro-batch a step
        MICRO_BATCH,
        1,
        4,
        2,
        LayerPolicies.uniform(StorePolicy.CHEAP),
        StateFormat.EXACT,
        checkpointing);
  }

  private static Map<String, Tuning> methods() {
    Map<String, Tuning> methods = new LinkedHashMap<>(Methods.of(MODEL, 0.1));
    methods.put("full", new FullTuning());
    return methods;
  }

  static Stream<Object[]> methodsAndTypes() {
    return methods().keySet().stream()
        .flatMap(
            method ->
                Stream.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64)
                    .map(type -> new Object[] {method, type}));
  }

  /** The values that a run left, and what was told on the way. */
  private record Outcome(List<Double> values, List<Double> told) {}

  private static List<Double> values(Weights weights) {
    return Arrays.stream(weights.flatValues().toDoubles()).boxed().toList();
  }

  private static final class Told implements RunHandler {
    private final List<Double> numbers = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @Override
    public void step(StepMetrics step) {
      numbers.add((double) step.step());
      numbers.add(step.epoch());
      numbers.add(step.loss());
      numbers.add(step.gradientNorm());
      numbers.add(step.learningRate());
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      numbers.add(evaluation.epoch());
      numbers.addAll(evaluation.metrics().values());
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }
  }

  private Outcome whole(Graph graph, DType type) throws IOException {
    Told told = new Told();
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, type, 1)) {
      new Trainer(
              graph,
              weights,
              EXAMPLES,
              Optional.of(HELD_OUT),
              options(Checkpointing.NONE),
              () -> false)
          .run(told);
      return new Outcome(values(weights), told.numbers);
    }
  }

  /** Ends after so many more steps, as an interrupt would; goes on in a process of its own. */
  private boolean part(Graph graph, DType type, long more, Told told, List<List<Double>> values)
      throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    Optional<Checkpoint> from = checkpoints.latest();
    long[] asked = {0};
    try (Torch torch = Torch.cpu();
        // Other control parameters to begin with: all must come from the checkpoint.
        Weights weights = MODEL.weights(torch, graph, type, from.isPresent() ? 99 : 1)) {
      final long tensors = torch.liveTensors();
      try {
        new Trainer(
                graph,
                weights,
                EXAMPLES,
                Optional.of(HELD_OUT),
                options(Checkpointing.NONE),
                () -> asked[0]++ == more)
            .run(
                told,
                from,
                (progress, now, optimizer) ->
                    checkpoints.save(
                        progress,
                        StepLayout.of(
                            MICRO_BATCH, LayerPolicies.uniform(StorePolicy.CHEAP), EXAMPLES),
                        now,
                        optimizer,
                        OptionalLong.empty(),
                        extra -> {}));
        values.add(values(weights));
        return true;
      } catch (CancellationException e) {
        return false;
      } finally {
        assertThat(torch.liveTensors()).isEqualTo(tensors);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methodsAndTypes")
  void anInterruptedRunEndsAsAWholeOne(String method, DType type) throws IOException {
    Graph graph = methods().get(method).apply(MODEL.family().graph());
    Outcome expected = whole(graph, type);
    Told told = new Told();
    List<List<Double>> values = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(method.hashCode());
    int parts = 1;
    while (!part(graph, type, random.nextInt(1, 4), told, values)) {
      parts++;
    }
    assertThat(parts).isGreaterThan(2);
    assertThat(values.get(0)).isEqualTo(expected.values());
    assertThat(told.numbers).isEqualTo(expected.told());
  }

  @Test
  void aRunEndsEarlyWhereItsEvaluationsSaySo() throws IOException {
    Graph graph = methods().get("lora").apply(MODEL.family().graph());
    // Nothing improves by so much, so that the second evaluation after the first is the last.
    Checkpointing stopping =
        new Checkpointing(
            OptionalLong.empty(), Optional.of(LOSS), true, Optional.of(new EarlyStopping(2, 1000)));
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    Told told = new Told();
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph, DType.FLOAT32, 1)) {
      Trainer trainer =
          new Trainer(
              graph, weights, EXAMPLES, Optional.of(HELD_OUT), options(stopping), () -> false);
      trainer.run(
          told,
          Optional.empty(),
          (progress, now, optimizer) ->
              checkpoints.save(
                  progress,
                  StepLayout.of(MICRO_BATCH, LayerPolicies.uniform(StorePolicy.CHEAP), EXAMPLES),
                  now,
                  optimizer,
                  OptionalLong.of(LOSS.best(progress.evaluations()).orElseThrow().step()),
                  extra -> {}));
      assertThat(trainer.progress().step()).isEqualTo(4);
      assertThat(told.notes)
          .contains("ends early after step 4: no better loss in the last 2 evaluations");
      long best = LOSS.best(trainer.progress().evaluations()).orElseThrow().step();
      List<Double> last = values(weights);
      checkpoints.of(best).restoreValues(weights);
      if (best == 4) {
        assertThat(values(weights)).isEqualTo(last);
      } else {
        assertThat(values(weights)).isNotEqualTo(last);
      }
    }
  }

  @Test
  void aCheckpointOfAnotherMethodIsRefused() throws IOException {
    Graph lora = methods().get("lora").apply(MODEL.family().graph());
    part(lora, DType.FLOAT32, 2, new Told(), new ArrayList<>());
    Graph control = methods().get("control").apply(MODEL.family().graph());
    assertThatThrownBy(() -> part(control, DType.FLOAT32, 2, new Told(), new ArrayList<>()))
        .hasMessageContaining("training.safetensors: expected a tensor 'value.");
  }
}
