package dev.statecraft.training.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.core.control.AdaLora;
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
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * AdaLoRA as peft trains it: the loss of each step with the penalty and without it, gradients, how
 * many singular values of every linear are left after each step, and all parameters after the last.
 */
class AdaLoraVectorsTest {
  private static final String NAME = "llama-ada.adalora";

  private final Path folder = ReferenceVectorsTest.folder();

  @TestFactory
  Stream<DynamicTest> vectors() {
    List<DynamicTest> tests = new ArrayList<>();
    for (DType type : List.of(DType.FLOAT64, DType.FLOAT32)) {
      for (StorePolicy policy : StorePolicy.values()) {
        tests.add(
            DynamicTest.dynamicTest(
                NAME + " " + type + " store " + policy.label(), () -> run(type, policy)));
      }
    }
    return tests.stream();
  }

  private void run(DType type, StorePolicy policy) throws IOException {
    ReferenceVectors vectors = ReferenceVectors.read(folder, NAME);
    TaskModel family = TinyFamily.read(folder.resolve(vectors.model()));
    ReferenceModel model = new ReferenceModel(family, vectors);
    Graph graph = model.tuning(vectors).apply(family.graph());
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(folder.resolve(vectors.model()))) {
      WeightSource tuned = new TunedSource(CheckpointWeights.of(source), model, vectors, torch);
      try (Weights weights = Weights.load(torch, graph, type, tuned, 0)) {
        Closeness close = Closeness.relative(type == DType.FLOAT64 ? 1e-6 : 1e-4);
        logits(model, graph, weights, close);
        steps(model, graph, weights, close, policy);
      }
      assertThat(torch.liveTensors()).as("live tensors").isZero();
      assertThat(torch.liveBytes()).as("live bytes").isZero();
    }
  }

  private static void logits(ReferenceModel model, Graph graph, Weights weights, Closeness close) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch = model.scored(weights.torch(), weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      close.check(
          "logits",
          pass.value(TaskModel.LOGITS).toDoubles(),
          model.withoutPadding(model.base().get("logits")));
    }
  }

  private static void steps(
      ReferenceModel model, Graph graph, Weights weights, Closeness close, StorePolicy policy) {
    ReferenceVectors vectors = model.base();
    JsonNode optimizer = vectors.json().get("optimizer");
    AdamW.Options options =
        new AdamW.Options(
            optimizer.get("betas").get(0).asDouble(),
            optimizer.get("betas").get(1).asDouble(),
            optimizer.get("eps").asDouble(),
            optimizer.get("weight_decay").asDouble());
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    try (AdamW adamW = new AdamW(weights, options)) {
      OptimizerStep step =
          new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, Double.POSITIVE_INFINITY, 0);
      step.accumulate(
          List.of(() -> model.labelled(weights.torch(), weights.computeType())), model.labels(), 0);
      for (Parameter parameter : graph.trainableParameters()) {
        String name = TunedSource.referenceName(model, vectors, parameter.name(), "grad.");
        close.check(name, weights.gradient(parameter.name()).toDoubles(), vectors.get(name));
      }
      for (JsonNode expected : vectors.json().get("steps")) {
        OptimizerStep.Result result =
            step.run(
                List.of(() -> model.labelled(weights.torch(), weights.computeType())),
                model.labels(),
                optimizer.get("lr").asDouble());
        assertThat(result.applied()).isTrue();
        close.check(
            "losses of step " + expected.get("step"),
            new double[] {result.loss(), result.loss() - result.penalty()},
            new double[] {
              expected.get("loss_with_orthogonality").asDouble(),
              expected.get("cross_entropy").asDouble()
            });
        left(expected, weights);
      }
    }
    for (Parameter parameter : graph.trainableParameters()) {
      String name = TunedSource.referenceName(model, vectors, parameter.name(), "final.");
      double[] gradient = vectors.get(name.replaceFirst("^final", "grad"));
      close.check(
          name,
          weights.value(parameter.name()).toDoubles(),
          vectors.get(name),
          // As of the other vectors of decoders, whose loss transformers rounds to float32.
          ReferenceVectorsTest.slack(close, gradient, optimizer));
    }
  }

  /** Singular values that are not 0 after a step, of every linear. */
  private static void left(JsonNode expected, Weights weights) {
    for (Map.Entry<String, JsonNode> entry : expected.get("nonzero_singular_values").properties()) {
      String name =
          entry.getKey().replaceFirst("^base_model\\.model\\.", "").replace(".default", "");
      assertThat(name).endsWith(AdaLora.VALUES);
      double[] values = weights.value(name).toDoubles();
      assertThat(Arrays.stream(values).filter(value -> value != 0).count())
          .as(name + " after step " + expected.get("step"))
          .isEqualTo(entry.getValue().asLong());
    }
  }
}
