package dev.statecraft.training.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * VeRA's vectors as a folder of PEFT's: its keys, its settings, and A and B that no seed of ours
 * makes. Gradients and steps of the same vectors are in {@link ReferenceVectorsTest}.
 */
class VeraVectorsTest {
  private static final String NAME = "llama-relatives.vera";

  @TempDir Path folder;

  @Test
  void peftsFilesGiveItsLogits() throws IOException {
    ReferenceVectorsTest.require(NAME + ".json");
    Path vectors = ReferenceVectorsTest.folder();
    ReferenceVectors expected = ReferenceVectors.read(vectors, NAME);
    ReferenceModel model = ReferenceModel.read(vectors, expected.model());
    Path peft = write(expected, folder.resolve("peft"));
    Path again = folder.resolve("again");
    TaskModel family = model.family();
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(vectors.resolve(expected.model()))) {
      WeightSource base = CheckpointWeights.of(source);
      for (Path adapter : new Path[] {peft, again}) {
        try (Adapter open = AdapterFolder.open(adapter)) {
          assertThat(open.description().method()).isEqualTo("vera");
          Graph graph = open.graph(family);
          try (Weights weights =
              Weights.load(torch, graph, DType.FLOAT64, open.weights(family, base), 0)) {
            checkLogits(model, expected, graph, weights, torch);
            AdapterFolder.save(again, open.description(), family, weights);
          }
        }
      }
      assertSame(peft, again);
      assertThat(torch.liveTensors()).isZero();
    }
  }

  private static void checkLogits(
      ReferenceModel model, ReferenceVectors expected, Graph graph, Weights weights, Torch torch) {
    try (Batch batch = model.scored(torch, DType.FLOAT64);
        Pass pass =
            Pass.run(
                StatePlan.inference(graph, Set.of(TaskModel.LOGITS)),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      Closeness.relative(1e-6)
          .check(
              "logits",
              pass.value(TaskModel.LOGITS).toDoubles(),
              model.withoutPadding(expected.get("logits")));
    }
  }

  private static void assertSame(Path one, Path other) throws IOException {
    try (SafetensorsFile first = SafetensorsFile.open(one.resolve(AdapterFolder.WEIGHTS_FILE));
        SafetensorsFile second = SafetensorsFile.open(other.resolve(AdapterFolder.WEIGHTS_FILE))) {
      assertThat(second.names()).isEqualTo(first.names());
      for (String name : first.names()) {
        assertThat(second.read(name)).as(name).isEqualTo(first.read(name));
      }
    }
  }

  /** Writes the initial values as {@code save_pretrained} does. */
  private static Path write(ReferenceVectors vectors, Path folder) throws IOException {
    Files.createDirectories(folder);
    StringBuilder targets = new StringBuilder();
    vectors
        .json()
        .get("targets")
        .forEach(
            target ->
                targets
                    .append(targets.isEmpty() ? "" : ", ")
                    .append('"')
                    .append(target.asText())
                    .append('"'));
    Files.writeString(
        folder.resolve(AdapterFolder.CONFIG_FILE),
        """
        {"peft_type": "VERA", "task_type": "CAUSAL_LM", "base_model_name_or_path": null, "bias": "none",
         "d_initial": %s, "fan_in_fan_out": false, "init_weights": true, "layers_to_transform": null,
         "modules_to_save": null, "projection_prng_key": 0, "save_projection": true,
         "r": %d, "target_modules": [%s], "vera_dropout": 0.0}
        """
            .formatted(
                vectors.json().get("d_initial").asText(),
                vectors.json().get("rank").asInt(),
                targets));
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Map.Entry<String, double[]> entry : vectors.values().entrySet()) {
      String key = entry.getKey();
      if (key.startsWith("init.") || key.startsWith("frozen.")) {
        String saved = key.replaceFirst("^(init|frozen)\\.", "").replaceFirst("\\.default$", "");
        String name = saved.replaceFirst("^.*\\.(vera_[AB])$", "base_model.$1");
        writer.add(
            TensorEntry.of(name, ElementType.F32, vectors.shapes().get(key)),
            () -> bytes(entry.getValue()));
      }
    }
    writer.writeTo(folder.resolve(AdapterFolder.WEIGHTS_FILE));
    return folder;
  }

  private static ByteBuffer bytes(double[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      bytes.putFloat((float) value);
    }
    return bytes.flip();
  }
}
