package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.WebAddress;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.formats.hub.HubSettings;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What recipes name, with a cache of the Hub that is already filled. */
final class InputsTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path folder;
  private Inputs inputs;

  @BeforeEach
  void fillCache() throws IOException {
    put("models--org--tiny", "config.json", "{}");
    put("models--org--tiny", "model.safetensors", "x");
    put("datasets--org--rows", "data/train.csv", "text,label\na,x\nb,y\n");
    inputs =
        new Inputs(
            () ->
                new HubSettings(
                    folder.resolve("cache"), WebAddress.of("http://hub"), Optional.empty(), true),
            HubListener.silent(),
            UserFunctions.NONE);
  }

  @Test
  void aPinnedRecipeNamesCommits() {
    Recipe pinned =
        inputs.pinned(
            recipe(
                "org/tiny",
                "train: [here.csv, {hub: org/rows, file: data/train.csv, weight: 2}],"
                    + " validation: {hub: org/rows@main, file: data/train.csv}"));

    assertThat(pinned.model()).isEqualTo("org/tiny@" + COMMIT);
    assertThat(pinned.toYaml())
        .contains("path: " + folder.resolve("here.csv"))
        .containsPattern("hub: org/rows@" + COMMIT + "\\s+file: data/train.csv\\s+weight: 2.0")
        .doesNotContain("@main");
    assertThat(inputs.pinned(pinned)).isEqualTo(pinned);
  }

  @Test
  void findsFilesAndFoldersInTheCache() {
    assertThat(inputs.folder("org/tiny").orElseThrow())
        .isDirectoryContaining("glob:**/config.json");
    assertThat(inputs.folder(folder.toString())).contains(folder);
    assertThat(inputs.folder("builtin:minilm")).isEmpty();
    assertThat(inputs.config("org/tiny")).hasContent("{}");
    List<String> texts = new ArrayList<>();
    inputs.forEach(
        recipe("m", "train: {hub: org/rows, file: data/train.csv}").data().train().get(0),
        row -> texts.add(row.text("text")));
    assertThat(texts).containsExactly("a", "b");
  }

  @Test
  void saysThatAModelIsNeitherHereNorAtTheHub() {
    assertThatThrownBy(() -> inputs.open("models/my-llama"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("models/my-llama: HF_HUB_OFFLINE is set, and the cache ")
        .hasMessageEndingWith(" does not have it; nor is there a folder of this name");
    assertThatThrownBy(() -> inputs.open(folder.resolve("my-llama").toString()))
        .hasMessage(folder.resolve("my-llama") + ": expected a model folder, found none");
  }

  private Recipe recipe(String model, String data) {
    return Recipe.parse(
        "{model: " + model + ", method: lora, data: {" + data + "}, task: classification}",
        "r.yaml",
        "r",
        List.of(),
        folder);
  }

  private void put(String repository, String file, String content) throws IOException {
    Path root = folder.resolve("cache").resolve(repository);
    Path place = root.resolve("snapshots").resolve(COMMIT).resolve(file);
    Files.createDirectories(place.getParent());
    Files.writeString(place, content);
    Files.createDirectories(root.resolve("refs"));
    Files.writeString(root.resolve("refs/main"), COMMIT);
  }
}
