package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the guides show is what the program understands. */
final class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("statecraft.root"));
  private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  /** The README, and the pages of {@code docs} that show a recipe. */
  static List<Path> withRecipes() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).sorted().toList()) {
        if (!recipes(page).isEmpty()) {
          documents.add(page);
        }
      }
    }
    return documents;
  }

  /** Blocks of YAML that name a model. */
  private static List<String> recipes(Path document) throws IOException {
    return YAML.matcher(Files.readString(document))
        .results()
        .map((MatchResult result) -> result.group(1))
        .filter(block -> block.lines().anyMatch(line -> line.startsWith("model:")))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("withRecipes")
  void recipesAreValid(Path document) throws IOException {
    assertThat(recipes(document)).isNotEmpty();
    String name = document.getFileName().toString();
    for (String recipe : recipes(document)) {
      Recipe read = Recipe.parse(recipe, name, "shown", List.of(), Path.of("").toAbsolutePath());
      assertThat(read.toYaml()).isNotEmpty();
    }
  }

  @Test
  void theGuidesShowRecipes() throws IOException {
    assertThat(withRecipes())
        .extracting(document -> document.getFileName().toString())
        .contains(
            "README.md", "writing-recipes.md", "data.md", "images.md", "methods.md", "runs.md");
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(120);
  }

  @Test
  void theTableOfMethodsHasEveryMethodAndItsLearningRate() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/methods.md"));
    for (Method method : Methods.ALL) {
      assertThat(page)
          .containsPattern(
              Pattern.quote("| `" + method.name() + "` |")
                  + ".*"
                  + Pattern.quote(shown(method.learningRate()) + " |"));
    }
  }

  private static String shown(double rate) {
    return new DecimalFormat("0E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
        .format(rate)
        .replace('E', 'e');
  }
}
