package dev.statecraft.training.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterExport;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.AdapterFormat;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An adapter as the paper's authors' newer code saves it, with edges across layers and on a linear:
 * its logits, read from their folder, from ours, and from theirs as we write it.
 */
class StateftVectorsTest {
  private static final String NAME = "llama-stateft";
  private final Path vectors = ReferenceVectorsTest.folder();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT64", "FLOAT32"})
  void theirFilesGiveTheirLogits(DType type) throws IOException {
    ReferenceVectorsTest.require(NAME + ".adapter");
    Path theirs = vectors.resolve(NAME + ".adapter");
    Path ours = exported(theirs, AdapterFormat.CONTROL, "ours");
    Path again = exported(theirs, AdapterFormat.STATEFT, "again");
    Path fromOurs = exported(ours, AdapterFormat.STATEFT, "from-ours");
    for (Path adapter : List.of(theirs, ours, again, fromOurs)) {
      checkLogits(adapter, type);
    }
    try (Adapter first = AdapterFolder.open(theirs);
        Adapter second = AdapterFolder.open(again);
        Adapter third = AdapterFolder.open(fromOurs)) {
      assertThat(second.keys()).isEqualTo(first.keys());
      assertThat(third.keys()).isEqualTo(first.keys());
    }
  }

  private Path exported(Path adapter, AdapterFormat format, String name) throws IOException {
    Path to = Files.createDirectories(folder.resolve(name));
    try (Adapter open = AdapterFolder.open(adapter)) {
      new AdapterExport(open, TinyFamily.read(vectors.resolve(NAME)), Optional.empty())
          .write(to, format, parameter -> true);
    }
    return to;
  }

  private void checkLogits(Path adapter, DType type) throws IOException {
    TaskModel family = TinyFamily.read(vectors.resolve(NAME));
    ReferenceVectors expected = ReferenceVectors.read(vectors, NAME + ".logits");
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(vectors.resolve(NAME));
        Adapter open = AdapterFolder.open(adapter)) {
      Graph graph = open.graph(family);
      List<int[]> ids = new ArrayList<>();
      for (int i = 0; i < expected.shapes().get("input_ids")[0]; i++) {
        ids.add(expected.row("input_ids", i));
      }
      try (Weights weights =
              Weights.load(
                  torch, graph, type, open.weights(family, CheckpointWeights.of(source)), 0);
          Batch batch = TokenBatches.scored(ids).upload(torch, type);
          Pass pass =
              Pass.run(
                  StatePlan.inference(graph, Set.of(TaskModel.LOGITS)),
                  weights,
                  batch,
                  PassOptions.INFERENCE)) {
        Closeness.relative(type == DType.FLOAT64 ? 1e-6 : 1e-4)
            .check("logits", pass.value(TaskModel.LOGITS).toDoubles(), expected.get("logits"));
      }
    }
  }
}
