package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.Json;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that this and earlier versions wrote are read and mean what they meant: {@code golden} in
 * the test's resources, where README.md says how they are made.
 */
class GoldenFilesTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("statecraft.root")).resolve("studio/src/test/resources/golden");

  /** What stands for the golden folder in the files. */
  private static final String PLACE = "/golden/";

  private static final String EXPECTED = "expected.json";
  private static final int[] TOKENS = {5, 9, 40};

  @TempDir private Path folder;

  static List<String> versions() throws IOException {
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      return folders
          .filter(version -> Files.isDirectory(version.resolve("adapters")))
          .map(version -> version.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(GOLDEN.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        // One character for each byte, so that files of any kind come through.
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        String place = folder.toString().replace('\\', '/') + "/";
        Files.writeString(copy, text.replace(PLACE, place), StandardCharsets.ISO_8859_1);
      }
    }
  }

  /** Adapters and models of a version, by their place. */
  private List<Path> files(String version) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(version))) {
      return files
          .filter(
              file ->
                  Files.exists(file.resolve(AdapterFolder.CONFIG_FILE))
                      || Files.exists(file.resolve("config.json")))
          .sorted()
          .toList();
    }
  }

  private static double[] logits(Path file) throws IOException {
    if (Files.exists(file.resolve(AdapterFolder.CONFIG_FILE))) {
      AdapterSource source = new AdapterSource(file, Optional.empty(), Optional.empty());
      try (OpenAdapter open = OpenAdapter.of(source, new Inputs(HubListener.silent()))) {
        return logits(open.model(), open.family(), Optional.of(file));
      }
    }
    try (PretrainedModel model = PretrainedModel.open(file)) {
      return logits(model, model.usual(), Optional.empty());
    }
  }

  private static double[] logits(PretrainedModel model, TaskModel family, Optional<Path> adapter)
      throws IOException {
    HostBatch tokens =
        family.writesTexts()
            ? TokenBatches.next(TOKENS, 0)
            : TokenBatches.encoder(
                family.input().tokens().orElseThrow(),
                List.of(TOKENS),
                List.of(new int[TOKENS.length]));
    try (Torch torch = Torch.cpu();
        Tuned tuned = Tuned.of(model, family, adapter, UserFunctions.NONE);
        Weights weights = tuned.weights(torch, DType.FLOAT64, Quantization.NONE);
        Batch batch = tokens.upload(torch, DType.FLOAT64);
        Pass pass =
            Pass.run(
                StatePlan.inference(tuned.graph(), Set.of(TaskModel.LOGITS)),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  private static Map<String, double[]> expected(String version) throws IOException {
    Path file = GOLDEN.resolve(version).resolve(EXPECTED);
    return new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {});
  }

  @ParameterizedTest
  @MethodSource("versions")
  void adaptersAndModelsGiveTheirLogits(String version) throws IOException {
    Map<String, double[]> found = new TreeMap<>();
    for (Path file : files(version)) {
      String place = folder.resolve(version).relativize(file).toString().replace('\\', '/');
      found.put(place, logits(file));
    }
    Path file = GOLDEN.resolve(version).resolve(EXPECTED);
    if (Boolean.getBoolean("statecraft.write") && !Files.exists(file)) {
      Files.writeString(file, Json.line(found) + "\n");
    }
    Map<String, double[]> expected = expected(version);
    assertThat(found.keySet()).isEqualTo(expected.keySet()).hasSizeGreaterThan(15);
    found.forEach(
        (place, logits) ->
            assertThat(logits).as(place).containsExactly(expected.get(place), within(1e-5)));
  }

  /** The run goes on from its checkpoint, and ends where it ended. */
  @ParameterizedTest
  @MethodSource("versions")
  void aRunGoesOn(String version) throws IOException {
    Path place = folder.resolve(version).resolve("run");
    assertThat(RunDirectory.open(place).isFinished()).isTrue();
    assertThat(Provenance.read(place.resolve("provenance.json")).results()).hasSize(2);
    Files.delete(place.resolve("summary.json"));
    Files.delete(place.resolve("adapter/adapter_model.safetensors"));
    RunDirectory run = RunDirectory.unfinished(place);
    Optional<Checkpoint> from = run.checkpoints(9).latest();
    assertThat(from.orElseThrow().progress().step()).isEqualTo(3);
    List<StepMetrics> before = run.stepsUntil(6);
    assertThat(run.stepsUntil(3)).hasSize(3);

    double[] losses = new double[6];
    RunListener listener =
        new RunHandler() {
          @Override
          public void step(StepMetrics step) {
            losses[(int) step.step() - 1] = step.loss();
          }
        };
    new ModelEngine().train(run.recipe(), run, listener, from);
    assertThat(losses).startsWith(0, 0, 0);
    for (int step = 4; step <= 6; step++) {
      assertThat(losses[step - 1])
          .as("loss of step " + step)
          .isCloseTo(before.get(step - 1).loss(), within(1e-4));
    }
    // float32, and moments that AdamW divides by: the last bits are the processor's.
    assertThat(logits(run.adapter()))
        .containsExactly(expected(version).get("run/adapter"), within(5e-3));
  }
}
