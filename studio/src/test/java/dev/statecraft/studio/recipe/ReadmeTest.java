package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is what the program understands. */
final class ReadmeTest {
  private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  private static String readme() throws IOException {
    return Files.readString(Path.of(System.getProperty("statecraft.root")).resolve("README.md"));
  }

  @Test
  void itsRecipesAreValid() throws IOException {
    List<String> recipes =
        YAML.matcher(readme()).results().map((MatchResult result) -> result.group(1)).toList();
    assertThat(recipes).hasSizeGreaterThanOrEqualTo(3);
    for (String recipe : recipes) {
      Recipe read =
          Recipe.parse(recipe, "README.md", "readme", List.of(), Path.of("").toAbsolutePath());
      assertThat(read.toYaml()).isNotEmpty();
    }
  }

  @Test
  void itsTableHasEveryMethodAndItsLearningRate() throws IOException {
    String readme = readme();
    for (MethodName method : MethodName.values()) {
      assertThat(readme)
          .containsPattern(
              Pattern.quote("| `" + method.label() + "` |")
                  + ".*"
                  + Pattern.quote(shown(Defaults.learningRate(method)) + " |"));
    }
  }

  private static String shown(double rate) {
    return new DecimalFormat("0E0", DecimalFormatSymbols.getInstance(Locale.ROOT))
        .format(rate)
        .replace('E', 'e');
  }
}
