package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.provenance.Environment;
import dev.statecraft.studio.provenance.FileHashes;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An adapter is used on the weights that its run read, and on no others. */
@Timeout(120)
final class BaseCheckTest {
  @TempDir private Path folder;
  private final Engine engine = new ModelEngine();

  private SmallRuns runs() {
    return new SmallRuns(engine, folder);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Of one shape: what the run read tells. */
  @Test
  void anAdapterOfAnotherBaseIsRefused() throws IOException {
    Path model = LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    runs().train(runs().classification("w4,one\nw9,two\n", "run", "lora"));
    runs().train(runs().classification("w4,three\nw9,four\n", "other", "lora"));
    Path same = folder.resolve("same");
    copy(model, same);
    Path another = folder.resolve("another");
    copy(model, another);
    byte[] weights = Files.readAllBytes(another.resolve("model.safetensors"));
    weights[weights.length - 1] ^= 1;
    Files.write(another.resolve("model.safetensors"), weights);
    Recipe recipe = RunDirectory.open(folder.resolve("run")).recipe();
    TunedModel copied = new TunedModel(same.toString(), Optional.empty(), Quantization.NONE);
    try (OpenModel open = engine.open(recipe, copied)) {
      open.load("run", folder.resolve("run"));
      open.load("adapter", folder.resolve("other/adapter"));
      assertThat(open.adapters()).containsExactly(OpenModel.NONE, "run", "adapter");
    }
    TunedModel changed = new TunedModel(another.toString(), Optional.empty(), Quantization.NONE);
    try (OpenModel open = engine.open(recipe, changed)) {
      for (String place : List.of("run", "run/adapter")) {
        assertThatThrownBy(() -> open.load("run", folder.resolve(place)))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith(
                folder.resolve("run/adapter")
                    + ": expected an adapter of "
                    + another
                    + ", found one of another base: its run read a model.safetensors of "
                    + weights.length
                    + " bytes and SHA-256 ");
      }
      copy(folder.resolve("run/adapter"), folder.resolve("taken"));
      open.load("taken", folder.resolve("taken"));
    }
  }

  private OpenModel open(Path run, Path model) throws IOException {
    return engine.open(
        RunDirectory.open(run).recipe(),
        new TunedModel(model.toString(), Optional.empty(), Quantization.NONE));
  }

  private static void flip(Path weights) throws IOException {
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
  }

  /** Neither another name nor a file beside it hides what the weights are. */
  @Test
  void otherFilesDoNotHideAnotherBase() throws IOException {
    Path model = LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    runs().train(runs().classification("w4,one\nw9,two\n", "run", "lora"));
    Path stray = folder.resolve("stray");
    copy(model, stray);
    Files.copy(model.resolve("model.safetensors"), stray.resolve("old.safetensors"));
    try (OpenModel open = open(folder.resolve("run"), stray)) {
      open.load("same", folder.resolve("run"));
    }
    flip(stray.resolve("model.safetensors"));
    try (OpenModel open = open(folder.resolve("run"), stray)) {
      assertThatThrownBy(() -> open.load("run", folder.resolve("run")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("found one of another base: its run read a model.safetensors of ");
    }
    Path sharded = folder.resolve("sharded");
    copy(model, sharded);
    Files.move(sharded.resolve("model.safetensors"), sharded.resolve("a.safetensors"));
    StringJoiner index = new StringJoiner(", ", "{\"weight_map\": {", "}}");
    try (SafetensorsFile file = SafetensorsFile.open(sharded.resolve("a.safetensors"))) {
      file.names().forEach(name -> index.add("\"" + name + "\": \"a.safetensors\""));
    }
    Files.writeString(sharded.resolve("model.safetensors.index.json"), index.toString());
    try (OpenModel open = open(folder.resolve("run"), sharded)) {
      open.load("same", folder.resolve("run"));
    }
    flip(sharded.resolve("a.safetensors"));
    try (OpenModel open = open(folder.resolve("run"), sharded)) {
      assertThatThrownBy(() -> open.load("run", folder.resolve("run")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("found one of another base");
    }
  }

  /** The time of its content can be set back, that of the file cannot. */
  @Test
  void weightsThatWereReplacedInPlaceAreFound() throws IOException {
    Path model = LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    assumeTrue(model.getFileSystem().supportedFileAttributeViews().contains("unix"));
    runs().train(runs().classification("w4,one\nw9,two\n", "run", "lora"));
    Path weights = model.resolve("model.safetensors");
    FileTime before = Files.getLastModifiedTime(weights);
    flip(weights);
    Files.setLastModifiedTime(weights, before);
    assertThatThrownBy(() -> engine.open(folder.resolve("run")).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found one of another base");
    flip(weights);
    engine.open(folder.resolve("run")).close();
  }

  /** A model that comes with Statecraft has weights like any other. */
  @Test
  void runsOfTheBuiltInModelAreTold() throws IOException {
    Path file = Models.miniLmWeights();
    try (PretrainedModel model = Models.open("builtin:minilm")) {
      BaseCheck check = new BaseCheck("builtin:minilm", model);
      HashedFile read = new FileHashes().of(file);
      check.require(place("copied", read));
      check.require(
          place(
              "named",
              new HashedFile("builtin:minilm" + Models.MINILM_WEIGHTS, read.bytes(), "0")));
      AdapterPlace another = place("another", new HashedFile("/m.onnx", read.bytes(), "0"));
      assertThatThrownBy(() -> check.require(another))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected an adapter of builtin:minilm, found one of another base")
          .hasMessageContaining("m.onnx");
    }
  }

  /** An adapter of a run that has read one file. */
  private AdapterPlace place(String name, HashedFile read) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Recipe recipe = runs().classification("w4,one\n", name + "/data", "lora").build(folder);
    Files.writeString(run.resolve("recipe.yaml"), recipe.toYaml());
    new Provenance(
            recipe.toYaml(),
            0,
            List.of(),
            Optional.empty(),
            Environment.current("none", 1),
            List.of(read),
            List.of())
        .write(run.resolve("provenance.json"));
    return AdapterPlace.of(run);
  }
}
