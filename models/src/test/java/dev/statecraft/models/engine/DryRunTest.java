package dev.statecraft.models.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.config.ModelConfig;
import dev.statecraft.models.data.LabelledTokens;
import dev.statecraft.models.family.Llama;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.train.DryRun;
import dev.statecraft.models.train.MemoryUse;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Quantization;
import dev.statecraft.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The step without memory counts the same bytes as the step with it. */
class DryRunTest {
  @ParameterizedTest
  @CsvSource({
    "lora, ALL, FLOAT32, NONE",
    "lora, CHEAP, FLOAT32, NONE",
    "lora, MLP, FLOAT32, NONE",
    "lora, INPUTS, FLOAT32, NONE",
    "lora, CHEAP, BFLOAT16, NONE",
    "lora, CHEAP, FLOAT32, NF4",
    "lora, INPUTS, BFLOAT16, NF4",
    "lora, ALL, FLOAT64, NF4",
    "lora, CHEAP, BFLOAT16, INT8",
    "dora, MLP, BFLOAT16, NF4",
    "dora, INPUTS, FLOAT32, INT8",
    "double-control, INPUTS, FLOAT64, INT8",
    "double-control, CHEAP, BFLOAT16, NF4"
  })
  void predictsThePeakToTheByte(
      String method, StorePolicy store, DType type, Quantization quantization) throws Exception {
    Path folder = Path.of(DryRunTest.class.getResource("/fixtures/llama-tiny").toURI());
    Llama family = new Llama((LlamaConfig) ModelConfig.read(folder.resolve("config.json")));
    Graph graph = Methods.of(TinyModel.of("llama-tiny"), 0.1).get(method).apply(family.graph());
    List<LabelledTokens> examples = List.of(example(17), example(17), example(30));
    MemoryUse predicted =
        DryRun.step(
            graph,
            type,
            quantization,
            store,
            torch -> TokenBatches.causal(examples).upload(torch, type));
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, type, quantization, 0);
        AdamW adamW = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      StatePlan plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), store);
      List<Batch> made = new ArrayList<>();
      torch.resetPeak();
      new OptimizerStep(plan, ModelFamily.LOSS, weights, adamW, 1, 0)
          .run(
              List.of(
                  () -> {
                    made.add(TokenBatches.causal(examples).upload(torch, type));
                    return made.get(0);
                  }),
              61,
              1e-3);
      assertThat(predicted.peakBytes()).isEqualTo(torch.peakBytes());
      assertThat(predicted.categories())
          .isEqualTo(
              MemoryUse.of(plan, weights, made.get(0).extents(), torch.peakBytes()).categories());
    }
  }

  private static LabelledTokens example(int length) {
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> (i * 7 + 3) % 97);
    int[] labels = ids.clone();
    labels[0] = LabelledTokens.IGNORED;
    return new LabelledTokens(ids, labels);
  }
}
