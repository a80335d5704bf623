package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.data.FileFormat;
import dev.statecraft.formats.hub.HubFile;
import dev.statecraft.formats.hub.HubId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataSourcesTest {
  private static final Path FOLDER = Path.of("/work").toAbsolutePath();

  @Test
  void filesAreMixedWithWeights() {
    DataRecipe data =
        read("train: [a.csv, {path: b.jsonl, weight: 0.5}, {hub: org/d@v2, file: x/c.parquet}]");

    assertThat(data.train())
        .extracting(DataRecipe.DataFile::source)
        .containsExactly(
            new DataRecipe.Local(FOLDER.resolve("a.csv")),
            new DataRecipe.Local(FOLDER.resolve("b.jsonl")),
            new DataRecipe.OfHub(new HubFile(HubId.dataset("org/d@v2"), "x/c.parquet")));
    assertThat(data.train()).extracting(DataRecipe.DataFile::weight).containsExactly(1.0, 0.5, 1.0);
  }

  @Test
  void oneFileOfTheHub() {
    DataRecipe data =
        read(
            "train: {hub: org/d, file: train.txt, format: parquet}, validation: {hub: org/d, file:"
                + " dev.csv}");

    assertThat(data.train().get(0).name()).isEqualTo("train.txt");
    assertThat(data.train().get(0).format().fileFormat()).contains(FileFormat.PARQUET);
    assertThat(data.validation()).isInstanceOf(DataRecipe.HeldOut.class);
  }

  @Test
  void aSeparatorIsThatOfEveryCsvFileAndIsWrittenBack() {
    String yaml = "train: [a.csv, b.csv], validation: dev.csv, separator: ";
    DataRecipe data = read(yaml + "';'");
    assertThat(data.train()).allMatch(file -> file.format().separator().equals(Optional.of(';')));
    assertThat(((DataRecipe.HeldOut) data.validation()).file().format().separator()).contains(';');
    for (String separator : List.of("';'", "tab", "'|'", "'#'")) {
      Recipe recipe = recipe("m", yaml + separator);
      assertThat(Recipe.parse(recipe.toYaml(), "r.yaml", "r", List.of(), FOLDER)).isEqualTo(recipe);
    }
    assertThatThrownBy(() -> read(yaml + "'; '"))
        .isInstanceOf(RecipeException.class)
        .hasMessageEndingWith(
            "data.separator: expected one character such as ';', or tab, found '; '");
  }

  @Test
  void columnsOfInstructionsAreRenamed() {
    assertThat(read("train: a.json, columns: {prompt: question, completion: answer}").renamed())
        .isEqualTo(Map.of("prompt", "question", "completion", "answer"));
    assertThatThrownBy(() -> read("train: a.json, columns: {promt: question}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("data.columns.promt: unknown key")
        .hasMessageContaining("did you mean 'prompt'");
  }

  @Test
  void mistakesAreNamed() {
    assertMistake("train: {hub: org/d}", "data.train.file: expected a file of the data set org/d");
    assertMistake("train: {hub: nope, file: a.csv}", "expected a data set of the Hub");
    assertMistake("train: {hub: org/d, file: ../a.csv}", "expected a path within org/d");
    assertMistake("train: {hub: org/d, file: a.csv, path: b}", "data.train.path: expected either");
    assertMistake("train: [{path: a.csv, weight: 0}]", "data.train[0].weight: expected a number");
    assertMistake("train: [a.csv, {pat: b}]", "data.train[1].pat");
    assertMistake("train: [a.csv, 3]", "data.train[1]: expected a mapping, found the number 3");
    assertMistake("train: []", "data.train: expected at least one data file, found none");
    assertMistake(
        "train: a.csv, validation: {path: b.csv, weight: 2}",
        "data.validation.weight: unknown key");
  }

  @Test
  void whatIsWrittenReadsAsTheSame() {
    for (String data :
        List.of(
            "train: [a.csv, {path: b.jsonl, weight: 0.5}]",
            "train: {hub: org/d@v2, file: x/c.parquet, weight: 2.5}",
            "train: a.json, columns: {text: content}")) {
      Recipe recipe = recipe("org/model@v1", data);
      assertThat(Recipe.parse(recipe.toYaml(), "again", "r", List.of(), FOLDER)).isEqualTo(recipe);
    }
  }

  @Test
  void anExistingFolderWinsOverAModelOfTheHub(@TempDir Path folder) throws IOException {
    assertThat(Recipe.modelName("org/name@v1", folder)).isEqualTo("org/name@v1");
    Files.createDirectories(folder.resolve("org/name"));
    assertThat(Recipe.modelName("org/name", folder))
        .isEqualTo(folder.resolve("org/name").toString());
    assertThat(Recipe.modelName("name", folder)).isEqualTo(folder.resolve("name").toString());
    assertThat(Recipe.modelName("builtin:minilm", folder)).isEqualTo("builtin:minilm");
    assertThat(recipe("org/name", "train: a.json").modelFolder()).isEmpty();
  }

  private static void assertMistake(String data, String message) {
    assertThatThrownBy(() -> read(data))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(message);
  }

  private static DataRecipe read(String data) {
    return recipe("m", data).data();
  }

  private static Recipe recipe(String model, String data) {
    return Recipe.parse(
        "{model: " + model + ", method: lora, data: {" + data + "}, task: causal-lm}",
        "r.yaml",
        "r",
        List.of(),
        FOLDER);
  }
}
