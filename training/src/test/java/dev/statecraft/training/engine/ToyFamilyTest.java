package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.toy.Toy;
import dev.statecraft.models.family.toy.ToyConfig;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.DryRun;
import dev.statecraft.training.MemoryUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A family is a folder: nothing but the toy's own knows it, and it does all that others do. */
class ToyFamilyTest {
  private static final Toy TOY = new Toy(new ToyConfig(97, 64, 32, 64, 3, 4, Optional.empty()));
  private static final List<Integer> LENGTHS = List.of(9, 14, 5);

  private static Map<String, TaskModel> models() {
    return Map.of(
        "language",
        TaskModel.causalLm(TOY),
        "classes",
        TaskModel.classifier(TOY, 3, Pooling.MEAN),
        "numbers",
        TaskModel.regression(TOY, Pooling.MEAN));
  }

  private static HostBatch batch(String head) {
    List<int[]> ids = TOY.input().sampleIds(LENGTHS);
    return switch (head) {
      case "classes" -> TokenBatches.classified(TOY.input(), ids, List.of(), new int[] {2, 0, 1});
      case "numbers" ->
          TokenBatches.regressed(TOY.input(), ids, List.of(), new double[] {1, -1, 0.5});
      default -> TaskModel.causalLm(TOY).sample(LENGTHS);
    };
  }

  private static Tuning tuning(String method) {
    return Methods.of(new TinyModel("toy", TaskModel.causalLm(TOY)), 0.1).get(method);
  }

  static Stream<Arguments> everyHead() {
    return models().keySet().stream()
        .sorted()
        .flatMap(
            head ->
                Stream.of("lora", "dora", "control", "double-control", "control+lora")
                    .map(method -> Arguments.of(head, method)));
  }

  @ParameterizedTest
  @MethodSource("everyHead")
  void learnsInThePredictedBytes(String head, String method) {
    TaskModel model = models().get(head);
    Graph graph = tuning(method).apply(model.graph());
    LayerPolicies store = LayerPolicies.uniform(StorePolicy.CHEAP);
    MemoryUse predicted =
        DryRun.step(
            graph,
            ComputeOptions.cpu(DType.FLOAT32),
            store,
            torch -> batch(head).upload(torch, DType.FLOAT32));
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, DType.FLOAT32, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0))) {
      StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store);
      OptimizerStep step = new OptimizerStep(plan, TaskModel.LOSS, weights, adamW, 1, 0);
      torch.resetPeak();
      List<Double> losses = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        losses.add(
            step.run(
                    List.of(() -> batch(head).upload(torch, DType.FLOAT32)),
                    model.sampleLabels(LENGTHS),
                    1e-2)
                .loss());
        if (i == 0) {
          assertThat(predicted.peakBytes()).isEqualTo(torch.peakBytes());
          assertThat(predicted).isEqualTo(MemoryUse.atPeak(weights));
        }
      }
      assertThat(losses.get(19)).isLessThan(losses.get(0));
    }
  }

  @Test
  void isExportedUnderPeftsNames(@TempDir Path folder) throws IOException {
    TaskModel model = TaskModel.classifier(TOY, 3, Pooling.MEAN);
    Tuning lora = tuning("lora");
    Path adapter = Files.createDirectory(folder.resolve("adapter"));
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, lora.apply(model.graph()), DType.FLOAT32, 0)) {
      AdapterFolder.save(
          adapter, AdapterDescription.of("lora", "org/toy", List.of(lora)), model, weights);
    }
    JsonNode settings =
        new ObjectMapper().readTree(adapter.resolve(AdapterFolder.CONFIG_FILE).toFile());
    assertThat(settings.get("task_type").textValue()).isEqualTo("SEQ_CLS");
    assertThat(settings.get("target_modules").toString())
        .isEqualTo("[\"q_proj\",\"v_proj\",\"c_fc\"]");
    try (Adapter tensors = AdapterFolder.open(adapter)) {
      assertThat(tensors.keys())
          .contains(
              "base_model.model.transformer.h.0.attn.q_proj.lora_A.weight",
              "base_model.model.transformer.h.2.mlp.c_fc.lora_B.weight",
              "base_model.model.classifier.weight");
    }
  }

  @Test
  void namesOfCheckpointsBecomeItsOwn() {
    ToyConfig config = TOY.config();
    assertThat(config.canonicalName("h.1.ln_1.bias")).isEqualTo("transformer.h.1.ln_1.bias");
    assertThat(config.tied()).isPresent();
    assertThat(TaskModel.causalLm(TOY).graph().parameters().values())
        .extracting(Parameter::name)
        .contains("transformer.h.2.mlp.c_proj.bias", "transformer.wte.weight")
        .doesNotContain("lm_head.weight");
  }

  @Test
  void headsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> TaskModel.classifier(TOY, 3, Pooling.FIRST).graph())
        .hasMessageContaining("expected a family with a head for sequences of its own, found toy");
  }
}
