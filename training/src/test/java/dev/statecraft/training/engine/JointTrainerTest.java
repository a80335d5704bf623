package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.JointGraphs;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.JointStep;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.JointOptions;
import dev.statecraft.training.JointTask;
import dev.statecraft.training.JointTrainer;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.Trainer;
import dev.statecraft.training.TrainingOptions;
import dev.statecraft.training.task.ExampleSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One model on the examples of several tasks. */
@Timeout(120)
class JointTrainerTest {
  private static final AdamW.Options ADAM = AdamW.Options.withDecay(0.01);
  private static final BatchLimit SMALL = BatchLimit.examples(2);
  private static final Closeness CLOSE = Closeness.relative(1e-11).withFloor(1e-4);

  @AfterEach
  void noThreadIsLeft() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("statecraft-batches");
  }

  private static JointModel model(String name, String method, double dropout) {
    return name.equals("bert")
        ? JointModel.bert(method, dropout)
        : JointModel.llama(method, dropout);
  }

  private static JointOptions options(int steps, double rate) {
    return new JointOptions(new Schedule(Schedule.Shape.CONSTANT, rate, 0, steps), ADAM, 1, 7, 0.5);
  }

  /** Keeps what a run tells. */
  private static final class Log implements RunHandler {
    private final List<StepMetrics> steps = new ArrayList<>();
    private final List<Map<String, Double>> losses = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @Override
    public void step(StepMetrics step) {
      steps.add(step);
    }

    @Override
    public void tasks(long step, Map<String, Double> tasks) {
      assertThat(step).isEqualTo(steps.size());
      losses.add(tasks);
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert, lora",
    "bert, double-control",
    "bert, control+lora",
    "bert, dora",
    "llama, lora",
    "llama, control"
  })
  void theGradientIsTheSumOfTheTasksGradients(String name, String method) {
    JointModel model = model(name, method, 0);
    // Shares that are not equal, so that none can be lost.
    Map<String, Double> shares = new LinkedHashMap<>();
    model.names().forEach(task -> shares.put(task, 0.2 + 0.3 * shares.size()));
    Map<String, double[]> expected = new HashMap<>();
    Map<String, double[]> found = new HashMap<>();
    JointGraphs joint = JointGraphs.of(model.graphs());
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT64, Quantization.NONE);
        AdamW adamW = new AdamW(weights, ADAM)) {
      List<JointStep.Part> parts = new ArrayList<>();
      double expectedLoss = 0;
      for (String task : model.names()) {
        List<List<Integer>> split = List.of(List.of(0, 1), List.of(2), List.of(3, 4, 5));
        ExampleSet examples = model.examples().get(task);
        long labels = split.stream().mapToLong(examples::labels).sum();
        StatePlan plan = plan(joint.graph(task));
        for (List<Integer> part : split) {
          Supplier<Batch> batch = () -> examples.batch(torch, DType.FLOAT64, part);
          parts.add(new JointStep.Part(plan, TaskModel.LOSS, shares.get(task) / labels, batch));
        }
        expectedLoss += alone(model, task, weights, shares.get(task), 6, expected);
      }
      JointStep.Accumulated accumulated =
          new JointStep(weights, adamW, 1, 0, Optional.empty()).accumulate(parts, 0);
      assertThat(accumulated.total()).isCloseTo(expectedLoss, within(1e-12));
      for (Parameter parameter : weights.trained()) {
        found.put(parameter.name(), weights.gradient(parameter.name()).toDoubles());
      }
    }
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    found.forEach(
        (parameter, gradient) -> {
          assertThat(Arrays.stream(gradient).map(Math::abs).max().orElseThrow())
              .as(parameter)
              .isPositive();
          CLOSE.check(parameter, gradient, expected.get(parameter));
        });
  }

  @ParameterizedTest
  @CsvSource({"bert, lora", "llama, control+lora"})
  void aStepOfTheTrainerIsTheSumOfTheTasksByTheirShares(String name, String method) {
    JointModel model = model(name, method, 0);
    Log log = new Log();
    Map<String, double[]> expected = new HashMap<>();
    Map<String, Double> alone = new HashMap<>();
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT64, Quantization.NONE)) {
      List<JointTask> tasks = new ArrayList<>();
      for (JointTask task : model.tasks(SMALL, StorePolicy.CHEAP)) {
        double share = 0.2 + 0.3 * tasks.size();
        tasks.add(ofAll(task, share));
        int all = task.examples().size();
        alone.put(task.name(), alone(model, task.name(), weights, share, all, expected) / share);
      }
      JointOptions still =
          new JointOptions(
              new Schedule(Schedule.Shape.CONSTANT, 0, 0, 1), ADAM, Double.POSITIVE_INFINITY, 7, 1);
      new JointTrainer(tasks, weights, still, () -> false).run(log);
      for (Parameter parameter : weights.trained()) {
        CLOSE.check(
            parameter.name(),
            weights.gradient(parameter.name()).toDoubles(),
            expected.get(parameter.name()));
      }
      double sum = 0;
      for (JointTask task : tasks) {
        double loss = log.losses.get(0).get(task.name());
        assertThat(loss).as(task.name()).isCloseTo(alone.get(task.name()), within(1e-12));
        sum += task.share() * loss;
      }
      assertThat(log.steps.get(0).loss()).isCloseTo(sum, within(1e-12));
    }
  }

  /** The task with all of its examples in every step. */
  private static JointTask ofAll(JointTask task, double share) {
    return new JointTask(
        task.name(),
        task.graph(),
        task.examples(),
        task.examples().size(),
        task.microBatch(),
        task.store(),
        task.states(),
        share);
  }

  private static StatePlan plan(Graph graph) {
    return StatePlan.training(graph, TaskModel.LOSS, Set.of(), StorePolicy.CHEAP);
  }

  /** Adds the gradient of a task by itself, in one batch of its first examples, with its share. */
  private static double alone(
      JointModel model,
      String task,
      Weights joint,
      double share,
      int count,
      Map<String, double[]> sums) {
    List<Integer> all = IntStream.range(0, count).boxed().toList();
    ExampleSet examples = model.examples().get(task);
    try (Weights own = model.own(task, joint);
        AdamW adamW = new AdamW(own, ADAM)) {
      OptimizerStep.Accumulated accumulated =
          new OptimizerStep(plan(model.graphs().get(task)), TaskModel.LOSS, own, adamW, 1, 0)
              .accumulate(
                  List.of(() -> examples.batch(own.torch(), DType.FLOAT64, all)),
                  examples.labels(all),
                  0);
      for (Parameter parameter : own.trained()) {
        double[] gradient = own.gradient(parameter.name()).toDoubles();
        double[] sum =
            sums.computeIfAbsent(
                JointModel.jointName(task, parameter), key -> new double[gradient.length]);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += share * gradient[i];
        }
      }
      return share * accumulated.loss();
    }
  }

  /** With dropout, which is drawn by the places of edges and of micro-batches. */
  @ParameterizedTest
  @CsvSource({"bert, five, control+lora", "bert, number, lora", "llama, up, double-control"})
  void oneTaskAloneIsTrainedAsByATrainer(String name, String task, String method) {
    JointModel model = model(name, method, 0.1).only(task);
    int steps = 7;
    Log log = new Log();
    float[] found;
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT32, Quantization.NONE)) {
      new JointTrainer(
              model.tasks(SMALL, StorePolicy.CHEAP), weights, options(steps, 1e-2), () -> false)
          .run(log);
      found = weights.flatValues().toFloats();
    }
    Log expected = new Log();
    try (Torch torch = Torch.cpu();
        Weights joint = model.weights(torch, DType.FLOAT32, Quantization.NONE);
        Weights weights = model.own(task, joint)) {
      JointOptions options = options(steps, 1e-2);
      TrainingOptions alone =
          new TrainingOptions(
              options.schedule(),
              options.optimizer(),
              model.batchSizes().get(task),
              SMALL,
              options.maxGradNorm(),
              options.seed(),
              100,
              LayerPolicies.uniform(StorePolicy.CHEAP),
              StateFormat.EXACT,
              Checkpointing.NONE,
              options.headFactor());
      new Trainer(
              model.graphs().get(task),
              weights,
              model.examples().get(task),
              Optional.empty(),
              alone,
              () -> false)
          .run(expected);
      assertThat(found).isEqualTo(weights.flatValues().toFloats());
    }
    assertThat(log.steps).hasSize(steps);
    for (int i = 0; i < steps; i++) {
      assertThat(log.steps.get(i).loss()).isEqualTo(expected.steps.get(i).loss());
      assertThat(log.steps.get(i).epoch()).isEqualTo(expected.steps.get(i).epoch());
      assertThat(log.losses.get(i)).containsExactly(Map.entry(task, log.steps.get(i).loss()));
    }
    assertThat(expected.losses).as("a run of one task has no losses by task").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "llama"})
  void everyTaskIsLearnedAndRunsAreEqualToTheBit(String name) {
    JointModel model = model(name, "lora", 0.05);
    float[] first = null;
    for (int run = 0; run < 2; run++) {
      Log log = new Log();
      try (Torch torch = Torch.cpu();
          Weights weights = model.fresh(torch, DType.FLOAT32)) {
        new JointTrainer(
                model.tasks(SMALL, StorePolicy.CHEAP), weights, options(60, 3e-2), () -> false)
            .run(log);
        float[] values = weights.flatValues().toFloats();
        assertThat(first == null ? values : first).isEqualTo(values);
        first = values;
      }
      for (String task : model.names()) {
        double before = mean(log.losses.subList(0, 5), task);
        double after = mean(log.losses.subList(55, 60), task);
        assertThat(after).as(task).isLessThan(0.7 * before);
      }
      double joint = mean(log.losses.subList(0, 1), model.names().toArray(String[]::new));
      assertThat(log.steps.get(0).loss()).isCloseTo(joint, within(1e-9));
    }
  }

  private static double mean(List<Map<String, Double>> losses, String... tasks) {
    return losses.stream()
        .flatMap(step -> Stream.of(tasks).map(step::get))
        .mapToDouble(Double::doubleValue)
        .average()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "bert, lora, CHEAP, FLOAT32, NONE",
    "bert, double-control, ALL, BFLOAT16, NONE",
    "bert, dora, INPUTS, FLOAT64, NONE",
    "bert, lora, MLP, FLOAT32, INT8",
    "llama, lora, CHEAP, FLOAT32, NONE",
    "llama, control+lora, INPUTS, BFLOAT16, NF4"
  })
  void predictedBytesAreTheMeasuredOnesAndNothingIsLeft(
      String name, String method, StorePolicy store, DType type, Quantization quantization) {
    JointModel model = model(name, method, 0.1);
    try (Torch torch = Torch.cpu()) {
      try (Weights weights = model.weights(torch, type, quantization)) {
        final long tensors = torch.liveTensors();
        final long bytes = torch.liveBytes();
        List<Long> live = new ArrayList<>();
        List<Long> held = new ArrayList<>();
        JointTrainer trainer =
            new JointTrainer(
                model.tasks(BatchLimit.examples(3), store), weights, options(6, 1e-3), () -> false);
        trainer.run(
            new RunHandler() {
              @Override
              public void step(StepMetrics step) {
                live.add(torch.liveTensors());
                held.add(torch.liveBytes());
              }
            });
        assertThat(live).hasSize(6).containsOnly(live.get(0));
        assertThat(held).containsOnly(held.get(0));
        assertThat(torch.liveTensors()).isEqualTo(tensors);
        assertThat(torch.liveBytes()).isEqualTo(bytes);
        assertThat(trainer.predicted().orElseThrow().peak())
            .isEqualTo(trainer.memory().orElseThrow());
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @Test
  void whereMemoryIsOutMicroBatchesOfAllTasksAreHalved() {
    JointModel model = model("bert", "lora", 0);
    double[] expected;
    long half;
    long whole;
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT64, Quantization.NONE)) {
      JointTrainer trainer = trainer(model, weights, 8);
      trainer.run(new Log());
      whole = trainer.memory().orElseThrow().peakBytes();
      expected = weights.flatValues().toDoubles();
    }
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT64, Quantization.NONE)) {
      JointTrainer trainer = trainer(model, weights, 3);
      trainer.run(new Log());
      half = trainer.memory().orElseThrow().peakBytes();
    }
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT64, Quantization.NONE)) {
      torch.limit((whole + half) / 2);
      JointTrainer trainer = trainer(model, weights, 8);
      Log log = new Log();
      trainer.run(log);
      assertThat(log.notes)
          .containsExactly(
              "step 1: out of memory with micro-batches of up to 6 examples; taken again, and all"
                  + " after it, with up to 3");
      Closeness.relative(1e-6)
          .withFloor(1e-2)
          .check("trained values", weights.flatValues().toDoubles(), expected);
      assertThat(trainer.progress().peakParts()).hasSize(2 * model.names().size());
      assertThat(trainer.predicted().orElseThrow().peak())
          .isEqualTo(trainer.memory().orElseThrow());
    }
  }

  private static JointTrainer trainer(JointModel model, Weights weights, int examples) {
    List<JointTask> tasks = model.tasks(BatchLimit.examples(examples), StorePolicy.CHEAP);
    return new JointTrainer(tasks, weights, options(3, 1e-2), () -> false);
  }

  @Test
  void aCancelledRunKeepsItsLastWholeStep() {
    JointModel model = model("llama", "lora", 0);
    Log log = new Log();
    try (Torch torch = Torch.cpu();
        Weights weights = model.weights(torch, DType.FLOAT32, Quantization.NONE)) {
      final long tensors = torch.liveTensors();
      JointTrainer trainer =
          new JointTrainer(
              model.tasks(SMALL, StorePolicy.CHEAP),
              weights,
              options(9, 1e-2),
              () -> log.steps.size() == 2);
      assertThatThrownBy(() -> trainer.run(log))
          .isInstanceOf(CancellationException.class)
          .hasMessage("cancelled after step 2");
      assertThat(torch.liveTensors()).isEqualTo(tensors);
      assertThat(trainer.progress().step()).isEqualTo(2);
    }
  }

  @Test
  void tasksWithoutHeadsHaveOneGraphAndHeadsAreBesideTheOwn() {
    JointModel llama = model("llama", "lora", 0);
    JointGraphs one = JointGraphs.of(llama.graphs());
    assertThat(one.graph("up").edges()).isEqualTo(llama.graphs().get("up").edges());
    assertThat(one.graph("down").edges()).isEqualTo(one.graph("up").edges());

    JointModel bert = model("bert", "lora", 0);
    JointGraphs joint = JointGraphs.of(bert.graphs());
    Set<Parameter> all = Set.copyOf(joint.graph("three").parameters().values());
    for (String task : bert.names()) {
      Graph graph = joint.graph(task);
      assertThat(Set.copyOf(graph.parameters().values())).isEqualTo(all);
      int own = bert.graphs().get(task).edges().size();
      assertThat(graph.edges().stream().limit(own).map(edge -> edge.name()))
          .as("own states keep their names and places")
          .containsExactlyElementsOf(
              bert.graphs().get(task).edges().stream().map(edge -> edge.name()).toList());
    }
    assertThat(all)
        .filteredOn(parameter -> parameter.role() == Parameter.Role.HEAD)
        .extracting(Parameter::name)
        .contains("heads.three.classifier.weight", "heads.five.classifier.bias")
        .allMatch(name -> name.matches("heads\\.(three|five|number)\\..*"));
    assertThat(joint.graph("five").contains("heads.number.loss")).isTrue();
    assertThat(joint.graph("five").contains("heads.five.loss")).isFalse();
  }
}
