package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line says of itself and of mistakes. */
class CommandLineWordsTest {
  private static final Pattern ENTRY = Pattern.compile("  ([a-z]+) +\\S.*");

  @TempDir private Path folder;

  private String out(String... arguments) {
    TestConsole console = new TestConsole(folder);
    assertThat(Statecraft.run(console.console(), new FakeEngine(), arguments)).isZero();
    return console.out();
  }

  private String error(String... arguments) {
    TestConsole console = new TestConsole(folder);
    assertThat(Statecraft.run(console.console(), new FakeEngine(), arguments)).isEqualTo(2);
    assertThat(console.err().lines()).hasSize(1);
    return console.err().strip();
  }

  private List<String> commands() {
    return out("--help")
        .lines()
        .dropWhile(line -> !line.equals("Commands:"))
        .skip(1)
        .takeWhile(line -> !line.isBlank())
        .toList();
  }

  @Test
  void everySummaryIsOneWholeLine() {
    assertThat(commands())
        .hasSizeGreaterThanOrEqualTo(15)
        .allSatisfy(
            line -> {
              assertThat(line).matches(ENTRY).endsWith(".");
              assertThat(line.length()).isLessThanOrEqualTo(80);
            });
  }

  /** Lines that end early where a sentence goes on were broken by hand, and again by the width. */
  @Test
  void helpIsNotBrokenTwice() {
    for (String entry : commands()) {
      String help = out(entry.strip().split(" ", -1)[0], "--help");
      String[] lines = help.split("\n", -1);
      for (int i = 0; i + 1 < lines.length; i++) {
        assertThat(lines[i].length()).as(lines[i]).isLessThanOrEqualTo(80);
        boolean goesOn = lines[i + 1].matches("[a-z(].*") && !lines[i + 1].startsWith("Usage");
        if (goesOn) {
          String next = lines[i + 1].split(" ", -1)[0];
          assertThat(lines[i].length() + 1 + next.length())
              .as("'%s' has room for '%s'", lines[i], next)
              .isGreaterThanOrEqualTo(80);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trian | expected a command, found 'trian'; did you mean 'train'?",
        "train recipe.yaml | found 'recipe.yaml'; did you mean '-c recipe.yaml'?",
        "study grid.yml --seeds 2 | found 'grid.yml'; did you mean '-c grid.yml'?",
        "train --force r.yaml -c x | expected no further argument, found 'r.yaml'",
        "train -c x --frce | expected an option of train, found '--frce'; did you mean '--force'?",
        "train -c x --zzz=1 | expected an option of train, found '--zzz' (see",
        "train -c | --config: expected a value, RECIPE, found nothing",
        "train | expected",
        "inspect | expected --model DIR, found nothing",
        "study -c x --seeds many | --seeds: expected a whole number, found 'many'",
        "verify --against x --adapter a --tolerance tight | --tolerance: expected a number, found",
        "train -c a -c b | -c: expected once, found more than once",
        "train -c a --resume b | expected only one of",
      })
  void mistakesAreToldInOurWords(String line, String words) {
    String message = error(line.split(" "));
    assertThat(message)
        .startsWith("statecraft: ")
        .contains(words)
        .endsWith(" --help)")
        .doesNotContain("Unmatched", "Unknown option", "Missing required", "Invalid value")
        .doesNotContain("picocli", "index 0");
  }
}
