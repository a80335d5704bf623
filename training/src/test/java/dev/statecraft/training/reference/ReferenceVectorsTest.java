package dev.statecraft.training.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.TestAbortedException;

/**
 * Everything that transformers and peft computed in float64 on tiny models, computed again: hidden
 * states, logits, losses, gradients, parameters after five AdamW steps, greedy text. In float64 to
 * 1e-6 of each tensor's largest value (but see {@code slack}), in float32 to 1e-4. {@code
 * -Dstatecraft.fixtures=DIR} takes another folder of the same layout.
 */
class ReferenceVectorsTest {
  private final Path folder = folder();

  /** Where the vectors are. */
  static Path folder() {
    return other().orElseGet(Fixtures::folder);
  }

  private static Optional<Path> other() {
    return Optional.ofNullable(System.getProperty("statecraft.fixtures"))
        .filter(name -> !name.isBlank())
        .map(name -> Path.of(System.getProperty("statecraft.root"), "").resolve(name));
  }

  /** Ends a test whose vectors another folder may lack; ours has all. */
  static void require(String vectors) {
    if (other().isPresent() && !Files.exists(folder().resolve(vectors))) {
      Assumptions.abort(folder() + " has no " + vectors);
    }
  }

  @TestFactory
  Stream<DynamicTest> vectors() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : ReferenceVectors.names(folder)) {
      if (!Files.exists(folder.resolve(modelOf(name) + ".base.safetensors"))
          || Files.exists(folder.resolve(name + "-base.safetensors"))) {
        continue; // Vectors that bring their own inputs or base have tests of their own.
      }
      for (DType type : List.of(DType.FLOAT64, DType.FLOAT32)) {
        if (name.endsWith(".base")) {
          tests.add(test(name, name + " " + type, () -> base(name, type)));
        } else {
          for (StorePolicy policy : StorePolicy.values()) {
            tests.add(
                test(
                    name,
                    name + " " + type + " store " + policy.label(),
                    () -> method(folder, name, type, policy)));
          }
        }
      }
    }
    return tests.stream();
  }

  /** What another folder tells of models and methods that are not known is no failure of theirs. */
  private DynamicTest test(String name, String shown, Executable executable) {
    return DynamicTest.dynamicTest(
        shown,
        () -> {
          if (other().isPresent() && !isKnown(folder.resolve(modelOf(name)))) {
            Assumptions.abort("a family that is not known");
          }
          executable.execute();
        });
  }

  private static Closeness closeness(DType type) {
    return Closeness.relative(type == DType.FLOAT64 ? 1e-6 : 1e-4);
  }

  private static String modelOf(String name) {
    return name.substring(0, name.indexOf('.'));
  }

  private static boolean isKnown(Path model) throws IOException {
    try {
      Families.read(model.resolve("config.json"));
      return true;
    } catch (InvalidInputException e) {
      return !e.getMessage().contains("model_type");
    }
  }

  /** What to throw for a method that there is no tuning for. */
  static RuntimeException unknown(String method) {
    String words = "unknown method '" + method + "'";
    if (other().isPresent()) {
      return new TestAbortedException(words);
    }
    throw new AssertionError(words);
  }

  private void base(String name, DType type) throws IOException {
    ReferenceModel model = ReferenceModel.read(folder, modelOf(name));
    TaskModel family = model.family();
    Graph graph = family.graph();
    Closeness close = closeness(type);
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(folder.resolve(modelOf(name)))) {
      try (Weights weights = Weights.load(torch, graph, type, CheckpointWeights.of(source), 0)) {
        Set<String> wanted = new LinkedHashSet<>(family.backbone().hiddenStates());
        wanted.add(TaskModel.LOGITS);
        StatePlan plan = StatePlan.inference(graph, wanted);
        try (Batch batch =
                model.isCausal() ? model.scored(torch, type) : model.labelled(torch, type);
            Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
          for (int i = 0; i < family.backbone().hiddenStates().size(); i++) {
            String key = "hidden." + i;
            close.check(
                key,
                pass.value(family.backbone().hiddenStates().get(i)).toDoubles(),
                model.withoutPadding(model.base().get(key)));
          }
          checkLogits(close, model, pass, model.base());
        }
        try (Batch batch = model.labelled(torch, type);
            Pass pass =
                Pass.run(
                    StatePlan.inference(graph, Set.of(TaskModel.LOSS)),
                    weights,
                    batch,
                    new PassOptions(1.0 / model.labels(), 0, false))) {
          close.check(
              "loss",
              pass.value(TaskModel.LOSS).toDoubles(),
              new double[] {model.base().json().get("loss").asDouble()});
        }
        if (model.base().json().has("greedy")) {
          checkGreedy(model, graph, weights, torch);
        }
      }
      assertThat(torch.liveTensors()).as("live tensors").isZero();
    }
  }

  private static void checkLogits(
      Closeness close, ReferenceModel model, Pass pass, ReferenceVectors expected) {
    double[] logits = expected.get("logits");
    close.check(
        "logits",
        pass.value(TaskModel.LOGITS).toDoubles(),
        model.isCausal() ? model.withoutPadding(logits) : logits);
  }

  private static void checkGreedy(ReferenceModel model, Graph graph, Weights weights, Torch torch) {
    JsonNode greedy = model.base().json().get("greedy");
    int[] expected = ints(greedy.get("output"));
    int prompt = greedy.get("prompt").size();
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    int[] ids = Arrays.copyOf(expected, prompt);
    while (ids.length < expected.length) {
      try (Batch batch = TokenBatches.next(ids, 0).upload(torch, weights.computeType());
          Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE);
          Tensor best = pass.value(TaskModel.LOGITS).argmax(1)) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = (int) best.item();
      }
    }
    assertThat(ids).as("greedy output").isEqualTo(expected);
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  /** One method: logits, gradients and five steps. */
  static void method(Path folder, String name, DType type, StorePolicy policy) throws IOException {
    method(folder, name, type, policy, base -> base);
  }

  /**
   * One method.
   *
   * @param held what the base's weights are held as
   */
  static void method(
      Path folder, String name, DType type, StorePolicy policy, UnaryOperator<WeightSource> held)
      throws IOException {
    ReferenceModel model = ReferenceModel.read(folder, modelOf(name));
    ReferenceVectors vectors = ReferenceVectors.read(folder, name);
    Graph graph = model.tuning(vectors).apply(model.family().graph());
    Closeness close = closeness(type);
    assertThat(graph.trainableParameters().stream().mapToLong(Parameter::elements).sum())
        .as("trainable parameters")
        .isEqualTo(
            vectors.values().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("init."))
                .mapToLong(entry -> entry.getValue().length)
                .sum());
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(folder.resolve(modelOf(name)))) {
      WeightSource checkpoint = held.apply(CheckpointWeights.of(source));
      WeightSource tuned = new TunedSource(checkpoint, model, vectors, torch);
      try (Weights weights = Weights.load(torch, graph, type, tuned, 0)) {
        logits(model, vectors, graph, weights, torch, close);
        if (vectors.json().has("optimizer")) {
          steps(model, vectors, graph, weights, torch, close, policy);
        } else {
          gradients(model, vectors, graph, weights, torch, close, policy);
        }
      }
      assertThat(torch.liveTensors()).as("live tensors").isZero();
      assertThat(torch.liveBytes()).as("live bytes").isZero();
    }
  }

  private static void logits(
      ReferenceModel model,
      ReferenceVectors vectors,
      Graph graph,
      Weights weights,
      Torch torch,
      Closeness close) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch =
            model.isCausal()
                ? model.scored(torch, weights.computeType())
                : model.labelled(torch, weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      checkLogits(close, model, pass, vectors);
    }
  }

  /** Loss and gradients, of methods of which no steps are told. */
  private static void gradients(
      ReferenceModel model,
      ReferenceVectors vectors,
      Graph graph,
      Weights weights,
      Torch torch,
      Closeness close,
      StorePolicy policy) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    try (Batch batch = model.labelled(torch, weights.computeType());
        Pass pass =
            Pass.run(plan, weights, batch, new PassOptions(1.0 / model.labels(), 0, true))) {
      close.check(
          "loss",
          pass.value(TaskModel.LOSS).toDoubles(),
          new double[] {vectors.json().get("loss").asDouble()});
    }
    checkGradients(model, vectors, graph, weights, close);
  }

  private static void checkGradients(
      ReferenceModel model,
      ReferenceVectors vectors,
      Graph graph,
      Weights weights,
      Closeness close) {
    for (Parameter parameter : graph.trainableParameters()) {
      String reference = TunedSource.referenceName(model, vectors, parameter.name(), "grad.");
      close.check(
          reference, weights.gradient(parameter.name()).toDoubles(), vectors.get(reference));
    }
  }

  private static void steps(
      ReferenceModel model,
      ReferenceVectors vectors,
      Graph graph,
      Weights weights,
      Torch torch,
      Closeness close,
      StorePolicy policy) {
    JsonNode optimizer = vectors.json().get("optimizer");
    AdamW.Options options =
        new AdamW.Options(
            optimizer.get("betas").get(0).asDouble(),
            optimizer.get("betas").get(1).asDouble(),
            optimizer.get("eps").asDouble(),
            optimizer.get("weight_decay").asDouble());
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    DType type = weights.computeType();
    try (AdamW adamW = new AdamW(weights, options)) {
      OptimizerStep step =
          new OptimizerStep(
              plan, TaskModel.LOSS, weights, adamW, optimizer.get("clip_grad_norm").asDouble(), 0);
      step.accumulate(List.of(() -> model.labelled(torch, type)), model.labels(), 0);
      checkGradients(model, vectors, graph, weights, close);
      for (int i = 0; i < optimizer.get("steps").asInt(); i++) {
        OptimizerStep.Result result =
            step.run(
                List.of(() -> model.labelled(torch, type)),
                model.labels(),
                optimizer.get("lr").asDouble());
        assertThat(result.applied()).isTrue();
        close.check(
            "loss before step " + i,
            new double[] {result.loss()},
            new double[] {vectors.json().get("losses_before_each_step").get(i).asDouble()});
        close.check(
            "gradient norm before step " + i,
            new double[] {result.gradientNorm()},
            new double[] {vectors.json().get("grad_norm_before_clip").get(i).asDouble()});
      }
    }
    if (type == DType.FLOAT64) {
      for (Parameter parameter : graph.trainableParameters()) {
        String reference = TunedSource.referenceName(model, vectors, parameter.name(), "final.");
        close.check(
            reference,
            weights.value(parameter.name()).toDoubles(),
            vectors.get(reference),
            model.isCausal()
                ? slack(
                    close,
                    vectors.get(
                        TunedSource.referenceName(model, vectors, parameter.name(), "grad.")),
                    optimizer)
                : i -> 0);
      }
    }
  }

  /**
   * How far Adam may carry a parameter off whose first gradient is g, if gradients are off by d.
   * Step t moves it by {@code lr m / sqrt(v)}, where v, the mean of t squares, is at least {@code
   * g^2 / t}: so by {@code lr d sqrt(t) / |g|} more or less, and never by more than {@code 2 lr}.
   *
   * <p>In LLaMA's norms and softmax transformers rounds to float32 even in a float64 model; so the
   * last bits of g hang on the order of sums, and that on the width of the processor's vectors. d
   * is four times what is allowed of the first gradients, as what one step carries off moves the
   * later ones: seen with AVX-512, where the vectors are of AVX2, was 1.1 times.
   */
  static IntToDoubleFunction slack(Closeness close, double[] gradient, JsonNode optimizer) {
    double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
    double rate = optimizer.get("lr").asDouble();
    int steps = optimizer.get("steps").asInt();
    double roots = IntStream.rangeClosed(1, steps).mapToDouble(Math::sqrt).sum();
    if (largest == 0) {
      return i -> 0;
    }
    return i ->
        rate * Math.min(2 * steps, 4 * close.relative() * largest / Math.abs(gradient[i]) * roots);
  }
}
