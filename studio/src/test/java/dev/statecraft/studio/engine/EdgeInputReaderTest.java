package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.adapters.combine.method.EdgeInputs;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What enters an edge is read of each run's own examples and own model. */
class EdgeInputReaderTest {
  private static final String STATE = "layers.1.attn_norm";

  @TempDir private Path folder;
  private final Inputs inputs = new Inputs(HubListener.silent());
  private Path model;

  @BeforeEach
  void folders() throws IOException {
    model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.lora(folder.resolve("first"), model);
    TinyFolder.lora(folder.resolve("second"), model);
    Path settings = folder.resolve("second/adapter_config.json");
    // The same values, three times as strong.
    Files.writeString(
        settings, Files.readString(settings).replace("\"lora_alpha\": 4", "\"lora_alpha\": 12"));
  }

  private Recipe recipe(String name, int texts) throws IOException {
    Path all = TinyFolder.texts(folder.resolve("all.jsonl"));
    Path data = folder.resolve(name + ".jsonl");
    Files.write(data, Files.readAllLines(all).subList(0, texts));
    return Recipe.builder(model.toString())
        .method("lora")
        .train(data)
        .task("causal-lm")
        .set("data.instruction", "text")
        .set("data.validation", "none")
        .output(folder.resolve("run"))
        .build();
  }

  private static ExampleSet examples(Recipe recipe, PretrainedModel opened, Inputs inputs) {
    return Preparation.of(recipe, opened, inputs, line -> {}, Preparation.Purpose.RESUMING)
        .training()
        .orElseThrow();
  }

  /** The state of all examples in one pass. */
  private double[] whole(Recipe recipe, PretrainedModel opened, String adapter, Torch torch)
      throws IOException {
    ExampleSet examples = examples(recipe, opened, inputs);
    List<Integer> all = IntStream.range(0, examples.size()).boxed().toList();
    try (Tuned tuned =
            Tuned.of(
                opened,
                opened.causalLm(),
                Optional.of(folder.resolve(adapter)),
                inputs.functions());
        Weights weights = tuned.weights(torch, DType.FLOAT32, Quantization.NONE);
        Batch batch = examples.batch(torch, DType.FLOAT32, all);
        Pass pass =
            Pass.run(
                StatePlan.inference(tuned.graph(), Set.of(STATE)),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      return pass.value(STATE).toDoubles();
    }
  }

  @Test
  void everyRunHasItsOwn() throws IOException {
    Recipe one = recipe("one", 9);
    Recipe other = recipe("other", 5);
    try (Torch torch = Torch.cpu();
        PretrainedModel opened = PretrainedModel.open(model)) {
      try (EdgeInputReader reader = new EdgeInputReader(Map.of("edge", STATE), 100_000, torch)) {
        reader.read(one, opened, folder.resolve("first"), inputs, line -> {});
        reader.read(other, opened, folder.resolve("second"), inputs, line -> {});
        EdgeInputs read = reader.inputs();
        near(read, 0, whole(one, opened, "first", torch));
        near(read, 1, whole(other, opened, "second", torch));
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  private static void near(EdgeInputs read, int run, double[] expected) {
    try (Tensor found = read.of("edge", run)) {
      assertThat(found.dtype()).isEqualTo(DType.FLOAT64);
      assertThat(found.toDoubles()).usingComparatorWithPrecision(1e-5).containsExactly(expected);
    }
  }

  @Test
  void noMoreRowsThanWereAskedFor() throws IOException {
    Recipe one = recipe("one", 9);
    try (Torch torch = Torch.cpu();
        PretrainedModel opened = PretrainedModel.open(model);
        EdgeInputReader reader = new EdgeInputReader(Map.of("edge", STATE), 7, torch)) {
      reader.read(one, opened, folder.resolve("first"), inputs, line -> {});
      try (Tensor found = reader.inputs().of("edge", 0)) {
        assertThat(found.shape()).containsExactly(7, 16);
      }
    }
  }
}
