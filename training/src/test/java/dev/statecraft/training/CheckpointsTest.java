package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of checkpoints: what is kept, and what a killed process or a full disk leaves. */
class CheckpointsTest {
  private static final StepLayout LAYOUT =
      new StepLayout(
          BatchLimit.tokens(64),
          LayerPolicies.mix(3, 2, StorePolicy.INPUTS, StorePolicy.CHEAP),
          12,
          34L);

  @TempDir private Path folder;
  private Torch torch;
  private Weights weights;
  private AdamW optimizer;

  @BeforeEach
  void model() {
    torch = Torch.cpu();
    weights = TinyTask.weights(torch, DType.FLOAT32);
    optimizer = new AdamW(weights, AdamW.Options.withDecay(0));
  }

  @AfterEach
  void close() {
    optimizer.close();
    weights.close();
    torch.close();
  }

  private static Progress progress(long step) {
    return new Progress(step, 0, 1.5 * step, List.of(), Optional.empty(), List.of());
  }

  private void save(Checkpoints checkpoints, long step, long best) throws IOException {
    checkpoints.save(
        progress(step),
        LAYOUT,
        weights,
        optimizer,
        OptionalLong.of(best),
        extra -> Files.writeString(extra.resolve("extra"), "step " + step));
  }

  @Test
  void theLastAndTheBestAreKept() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder.resolve("checkpoints"), 2);
    assertThat(checkpoints.latest()).isEmpty();
    for (long step : new long[] {10, 20, 30, 40}) {
      save(checkpoints, step, 10);
    }
    assertThat(checkpoints.steps()).containsExactly(10L, 30L, 40L);
    save(checkpoints, 50, 30);
    assertThat(checkpoints.steps()).containsExactly(30L, 40L, 50L);
    assertThat(checkpoints.latest().orElseThrow().progress()).isEqualTo(progress(50));
    assertThat(checkpoints.of(30).layout()).isEqualTo(LAYOUT);
    assertThat(checkpoints.of(40).folder().resolve("extra")).hasContent("step 40");
    assertThatThrownBy(() -> checkpoints.of(20))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("step-20: expected a checkpoint, found none");
  }

  @Test
  void whatAKilledProcessLeftIsNoCheckpoint() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    save(checkpoints, 10, 10);
    Path partial = Files.createDirectory(folder.resolve(".step-20.1234"));
    Files.copy(
        checkpoints.of(10).folder().resolve(Checkpoint.PROGRESS),
        partial.resolve(Checkpoint.PROGRESS));
    assertThat(checkpoints.steps()).containsExactly(10L);
    checkpoints.sweep();
    assertThat(partial).doesNotExist();
    assertThat(checkpoints.steps()).containsExactly(10L);
  }

  @Test
  void aFullDiskLeavesTheCheckpointsThatAreThere() throws IOException {
    save(new Checkpoints(folder, 2), 10, 10);
    long bytes;
    try (Stream<Path> files = Files.walk(folder.resolve("step-10"))) {
      bytes = files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
    Configuration configuration =
        Configuration.unix().toBuilder().setBlockSize(512).setMaxSize(bytes * 2 + 4096).build();
    try (FileSystem disk = Jimfs.newFileSystem(configuration)) {
      Checkpoints checkpoints = new Checkpoints(disk.getPath("/checkpoints"), 2);
      save(checkpoints, 10, 10);
      save(checkpoints, 20, 10);
      assertThatThrownBy(() -> save(checkpoints, 30, 10)).isInstanceOf(IOException.class);
      assertThat(checkpoints.steps()).containsExactly(10L, 20L);
      assertThat(checkpoints.latest().orElseThrow().progress()).isEqualTo(progress(20));
      try (Stream<Path> entries = Files.list(checkpoints.folder())) {
        assertThat(entries).hasSize(2);
      }
      assertThat(checkpoints.of(20).folder().resolve("extra")).exists();
    }
  }

  @Test
  void progressComesBackToTheBit() throws IOException {
    Path file = folder.resolve("progress.json");
    Progress progress =
        new Progress(
            17,
            2,
            1.0 / 3,
            List.of(
                new Evaluation(0, 0, Map.of("loss", Math.PI)),
                new Evaluation(8, 1.0 / 7, Map.of("loss", Double.NaN))),
            Optional.of(new MemoryUse(100, Map.of("weights", 60L, "data", 40L), 7)),
            List.of(List.of(3, 1), List.of(2)));
    ProgressFormat.write(file, progress, LAYOUT);
    assertThat(ProgressFormat.read(Files.readString(file), "x"))
        .isEqualTo(new ProgressFormat.Content(progress, LAYOUT));
    for (String broken : new String[] {"", "[]", "{\"step\": 3}", "{", "{\"steps\": {}}"}) {
      assertThatThrownBy(() -> ProgressFormat.read(broken, "that file"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(
              "that file: expected the progress of a run, found something else");
    }
  }
}
