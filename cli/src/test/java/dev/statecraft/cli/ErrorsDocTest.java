package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every error of {@code docs/errors.md} is provoked; the messages are taken from there. */
final class ErrorsDocTest {
  private static final Pattern SECTION = Pattern.compile("## Exit code ([0-9]+): .*");
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\|");
  private static final Pattern PLACEHOLDER = Pattern.compile("<[a-z]+>");

  @TempDir private Path folder;

  /**
   * A row of the document.
   *
   * @param code of its section
   * @param message with words such as {@code <file>} in place of what varies
   */
  record Entry(int code, String message) {
    Pattern pattern() {
      StringBuilder regex = new StringBuilder();
      Matcher placeholder = PLACEHOLDER.matcher(message);
      int end = 0;
      while (placeholder.find()) {
        regex.append(Pattern.quote(message.substring(end, placeholder.start()))).append(".+");
        end = placeholder.end();
      }
      return Pattern.compile(regex.append(Pattern.quote(message.substring(end))).toString());
    }
  }

  static List<Entry> documented() throws IOException {
    List<Entry> entries = new ArrayList<>();
    int code = -1;
    Path document = Path.of(System.getProperty("statecraft.root")).resolve("docs/errors.md");
    for (String line : Files.readAllLines(document)) {
      Matcher section = SECTION.matcher(line);
      if (section.matches()) {
        code = Integer.parseInt(section.group(1));
      }
      if (line.startsWith("| `")) {
        Matcher row = ROW.matcher(line);
        assertThat(row.matches()).as("message, cause and remedy: " + line).isTrue();
        entries.add(new Entry(code, row.group(1)));
      }
    }
    return entries;
  }

  @ParameterizedTest
  @MethodSource("documented")
  void everyErrorIsProvoked(Entry entry) throws IOException {
    ErrorScenarios.Scenario scenario = new ErrorScenarios(folder).all().get(entry.message());
    assertThat(scenario).as("add a scenario to ErrorScenarios for: " + entry.message()).isNotNull();
    ErrorScenarios.Outcome outcome = scenario.play();
    assertThat(outcome.message()).matches(entry.pattern());
    assertThat(outcome.code()).isEqualTo(entry.code());
  }

  @Test
  void everyScenarioIsDocumented() throws IOException {
    assertThat(documented().stream().map(Entry::message))
        .containsExactlyInAnyOrderElementsOf(new ErrorScenarios(folder).all().keySet());
  }
}
