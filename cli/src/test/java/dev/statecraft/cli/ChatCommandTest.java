package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.cli.command.ChatCommand;
import dev.statecraft.studio.engine.ChatRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ChatCommandTest {
  @TempDir Path folder;
  private final FakeEngine engine = new FakeEngine();
  private TestConsole console;

  @BeforeEach
  void open() {
    console = new TestConsole(folder);
  }

  private int chat(String lines, String... arguments) {
    ByteArrayInputStream in = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
    return new CommandLine(new ChatCommand(console.console(), engine, in)).execute(arguments);
  }

  @Test
  void everyLineIsATurnOfTheSameConversation() {
    assertThat(chat("hi\n\nh\u00e9 you\n", "--model", "m")).isZero();
    assertThat(console.out()).isEqualTo("1 user hi!\n3 user h\u00e9 you!\n");
    assertThat(console.err()).startsWith("by a template\n").contains("(ended by --max-new-tokens)");
    assertThat(((ChatRequest) engine.asked()).sampling().isGreedy()).isTrue();
  }

  @Test
  void resetBeginsAgainAndExitEnds() {
    chat("a\nb\n/reset\nc\n/exit\nd\n", "--model", "m", "--system", "s");
    assertThat(console.out()).isEqualTo("2 system a!\n4 system b!\n2 system c!\n");
  }

  @Test
  void aTurnWithoutAReplyIsForgotten() {
    assertThat(chat("a\ntoo long\nb\n", "--model", "m")).isZero();
    assertThat(console.out()).isEqualTo("1 user a!\n3 user b!\n");
    assertThat(console.err())
        .contains("statecraft: the prompt: expected at most 8 tokens, found 9");
  }

  @Test
  void generateCanReplyToOneTurn() {
    int code =
        Statecraft.run(
            console.console(),
            engine,
            "generate",
            "--model",
            "m",
            "--chat",
            "--system",
            "s",
            "--prompt",
            "Hi");
    assertThat(code).isZero();
    assertThat(console.out()).isEqualTo("2 system Hi!\n");
  }
}
