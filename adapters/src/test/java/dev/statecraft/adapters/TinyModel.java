package dev.statecraft.adapters;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A tiny model of the reference vectors on the CPU, with inputs of its own. */
final class TinyModel implements AutoCloseable {
  private final TaskModel family;
  private final CheckpointSource checkpoint;
  private final Torch torch = Torch.cpu();

  private TinyModel(TaskModel family, CheckpointSource checkpoint) {
    this.family = family;
    this.checkpoint = checkpoint;
  }

  static TinyModel open(String name) throws IOException {
    return open(Fixtures.file(name));
  }

  static TinyModel open(Path folder) throws IOException {
    return new TinyModel(TinyFamily.read(folder), CheckpointFolder.open(folder));
  }

  static Path resource(String name) {
    try {
      return Path.of(TinyModel.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  TaskModel family() {
    return family;
  }

  Torch torch() {
    return torch;
  }

  WeightSource base() {
    return CheckpointWeights.of(checkpoint);
  }

  Graph tuned(AdapterDescription description) {
    return description.tuning(family).apply(family.graph());
  }

  Weights load(Graph graph, WeightSource source) {
    return Weights.load(torch, graph, DType.FLOAT32, source, 0);
  }

  /** Weights of a tuned graph with random trained values, B's too. */
  Weights random(Graph tuned, long seed) {
    Weights weights = load(tuned, base());
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(seed)) {
      for (Parameter parameter : tuned.trainableParameters()) {
        Tensor value = weights.value(parameter.name());
        Tensor noise = torch.normal(generator, DType.FLOAT32, 0, 0.1, parameter.sizes());
        // What starts from the base weights (magnitudes, all of full tuning) stays near them.
        if (parameter.role() == Parameter.Role.CONTROL && !parameter.init().isDerived()) {
          value.copyFrom(noise);
        } else {
          value.copyFrom(value.add(noise.mul(value)));
        }
      }
    }
    return weights;
  }

  /** Scores of two sequences or images; the same inputs as in {@code write_adapters.py}. */
  double[] logits(Graph graph, Weights weights) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch = batch();
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  private Batch batch() {
    Optional<PixelInput> pictures = family.input().pixels();
    if (pictures.isPresent()) {
      float[] pixels = new float[2 * pictures.get().size()];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) ((i * 37 % 101) / 50.0 - 1);
      }
      return ImageBatches.classified(pictures.get(), pixels, new int[2])
          .upload(torch, DType.FLOAT32);
    }
    List<int[]> ids = List.of(ids(0), ids(1));
    TokenInput input = family.input().tokens().orElseThrow();
    return family.writesTexts()
        ? TokenBatches.scored(ids).upload(torch, DType.FLOAT32)
        : TokenBatches.classified(input, ids, List.of(new int[7], new int[7]), new int[2])
            .upload(torch, DType.FLOAT32);
  }

  private static int[] ids(int sequence) {
    int[] ids = new int[7];
    Arrays.setAll(ids, t -> 3 + (sequence * 31 + t * 7) % 80);
    return ids;
  }

  @Override
  public void close() {
    checkpoint.close();
    torch.close();
  }
}
