package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/commands.md} is what {@code --help} says. */
final class CommandsDocTest {
  private static final String HOW =
      """

      docs/commands.md is made from the program's help. Write it again:
        ./mvnw -q -pl cli -am test -Dtest=CommandsDocTest -Dsurefire.failIfNoSpecifiedTests=false \
          -Dstatecraft.write=true
      """;

  private static final String HEAD =
      """
      # Commands

      What `./statecraft --help` and `./statecraft COMMAND --help` print. This page is made from the
      program's help, and a test compares the two. What commands print on errors, and the exit codes,
      are in [Errors](errors.md).

      """;

  private static final Path PAGE =
      Path.of(System.getProperty("statecraft.root")).resolve("docs/commands.md");
  private static final Pattern LISTED = Pattern.compile("^  ([a-z]+)  +\\S", Pattern.MULTILINE);

  @TempDir private Path folder;

  @Test
  void thePageIsWhatTheProgramSays() throws IOException {
    String expected = page();
    if (Boolean.getBoolean("statecraft.write")) {
      Files.writeString(PAGE, expected);
    }
    // A terminal's width decides where lines break, also within words; what is said stays the same.
    if (!Files.exists(PAGE) || !letters(Files.readString(PAGE)).equals(letters(expected))) {
      fail("docs/commands.md is not what --help says." + HOW);
    }
  }

  private String page() {
    String root = help("--help");
    List<String> commands =
        LISTED
            .matcher(root.substring(root.indexOf("Commands:"), root.indexOf("Exit codes:")))
            .results()
            .map((MatchResult listed) -> listed.group(1))
            .toList();
    assertThat(commands).contains("train", "plan", "verify").hasSizeGreaterThanOrEqualTo(15);
    StringBuilder page = new StringBuilder(HEAD).append(block(root));
    for (String command : commands) {
      page.append("\n## ").append(command).append("\n\n").append(block(help(command, "--help")));
    }
    return page.toString();
  }

  private String help(String... arguments) {
    TestConsole console = new TestConsole(folder);
    assertThat(Statecraft.run(console.console(), new FakeEngine(), arguments)).isZero();
    return console.out();
  }

  private static String block(String help) {
    return "```text\n" + help.replaceAll(" +\n", "\n").strip() + "\n```\n";
  }

  private static String letters(String text) {
    return text.replaceAll("\\s+", "");
  }
}
