package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes in {@code recipes/} and in documents are read, and valid by the published schema. */
final class ReadyRecipesTest {
  private static final Path ROOT = Path.of(System.getProperty("statecraft.root"));
  private static final Path RECIPES = ROOT.resolve("recipes");
  private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  static List<Path> ready() throws IOException {
    try (Stream<Path> files = Files.list(RECIPES)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  /** Recipes in documents: blocks of YAML that name a model. */
  static List<String> written() throws IOException {
    List<String> recipes = new ArrayList<>();
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    for (Path document : documents) {
      YAML.matcher(Files.readString(document))
          .results()
          .map(match -> match.group(1))
          .filter(block -> block.lines().anyMatch(line -> line.startsWith("model:")))
          .forEach(recipes::add);
    }
    return recipes;
  }

  @ParameterizedTest
  @MethodSource("ready")
  void everyReadyRecipeIsReadAndValid(Path file) throws IOException {
    Recipe recipe = Recipe.load(file, List.of(), ROOT);
    assertThat(recipe.output())
        .isEqualTo(
            ROOT.resolve("runs").resolve(file.getFileName().toString().replace(".yaml", "")));
    check(Files.readString(file));
  }

  @ParameterizedTest
  @MethodSource("written")
  void everyRecipeInADocumentIsValid(String yaml) throws IOException {
    check(yaml);
  }

  private static void check(String yaml) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(Files.readString(ROOT.resolve("docs/recipe.schema.json")));
    assertThat(schema.validate(RecipeText.parse(yaml, "recipe"))).as(yaml).isEmpty();
  }

  @Test
  void theTableOfRecipesIsComplete() throws IOException {
    String table = Files.readString(RECIPES.resolve("README.md"));
    Set<String> methods = new HashSet<>();
    for (Path file : ready()) {
      String method = Recipe.load(file, List.of(), ROOT).method().name();
      methods.add(method);
      assertThat(table)
          .containsPattern(
              Pattern.quote("| `" + file.getFileName().toString().replace(".yaml", "") + "` |")
                  + ".*"
                  + Pattern.quote("| " + method + " |"));
    }
    assertThat(methods).containsExactlyInAnyOrderElementsOf(Methods.names());
    assertThat(written()).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void eachSaysWhichNumbersAreThePapers() throws IOException {
    for (Path file : ready()) {
      assertThat(Files.readString(file))
          .as(file.toString())
          .startsWith("#")
          .containsPattern("From the paper|the paper's|numbers are ours");
    }
  }
}
