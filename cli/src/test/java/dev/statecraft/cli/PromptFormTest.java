package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.cli.command.ChatCommand;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Prompts are written as a run was trained, and what it learned to end with ends its texts. */
class PromptFormTest {
  private static final String ALPACA =
      """
      {"instruction": "w5", "output": "w6 w7"}
      {"instruction": "w8", "output": "w9"}
      """;

  private static final String CHAT =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"w5\"},"
          + " {\"role\": \"assistant\", \"content\": \"w6 w7\"}]}\n";

  /** A turn is {@code w41}, its content and {@code w40}, which ends it. */
  private static final String TEMPLATE =
      "{% for m in messages %}w41 {{ m.content }} w40 {% endfor %}"
          + "{% if add_generation_prompt %}w41 {% endif %}";

  /** Words of Alpaca's prompt around an instruction of one word, and that word. */
  private static final int ALPACA_WORDS = 21;

  @TempDir private Path folder;
  private TestConsole console;

  @BeforeEach
  void writeModel() throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    assertThat(model).isDirectory();
  }

  private int run(String... arguments) {
    console = new TestConsole(folder);
    return Statecraft.run(console.console(), new ModelEngine(), arguments);
  }

  private String recipe(String rows) throws IOException {
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    return """
    model: ./model
    method: {name: lora, rank: 2}
    data: {train: rows.jsonl, validation: none}
    task: causal-lm
    train: {epochs: 1, batch_size: 2}
    """;
  }

  private void train(String rows) throws IOException {
    Files.writeString(folder.resolve("recipe.yaml"), recipe(rows));
    assertThat(run("train", "-c", "recipe.yaml", "-o", "run")).as(console.err()).isZero();
  }

  private JsonNode generated(String... more) throws IOException {
    String[] arguments = {
      "generate", "--prompt", "w5", "--max-new-tokens", "2", "--json", "--run", "run"
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    assertThat(run(all)).as(console.err()).isZero();
    return new ObjectMapper().readTree(console.out());
  }

  @Test
  void instructionsAreWrappedAndRawPromptsAreNot() throws IOException {
    train(ALPACA);
    assertThat(folder.resolve("run/recipe.yaml")).content().contains("instruction: alpaca");
    JsonNode wrapped = generated();
    assertThat(wrapped.get("prompt_tokens").intValue()).isEqualTo(ALPACA_WORDS);
    assertThat(wrapped.get("form").textValue()).isEqualTo("alpaca");
    assertThat(wrapped.get("text")).isEqualTo(wrapped.get("completion"));
    JsonNode raw = generated("--raw");
    assertThat(raw.get("prompt_tokens").intValue()).isEqualTo(1);
    assertThat(raw.get("form").textValue()).isEqualTo("as_is");
    assertThat(raw.get("text").textValue()).startsWith("w5");

    assertThat(run("generate", "--run", "run", "--prompt", "w5", "--max-new-tokens", "1")).isZero();
    assertThat(console.err())
        .contains("the prompt is written as an instruction in Alpaca's prompt");
    assertThat(run("generate", "--run", "run", "--prompt", "w5", "--raw", "--chat")).isEqualTo(2);
    assertThat(console.err()).contains("expected either --chat or --raw, found both");
  }

  @Test
  void aChatWithARunOfInstructionsWrapsEachLine() throws IOException {
    train(ALPACA);
    console = new TestConsole(folder);
    byte[] lines = "w5\nw8\n".getBytes(StandardCharsets.UTF_8);
    int code =
        new CommandLine(
                new ChatCommand(
                    console.console(), new ModelEngine(), new ByteArrayInputStream(lines)))
            .execute("--run", "run", "--max-new-tokens", "1");
    // Both lines fit the context of 32, as no earlier turn is before the second.
    assertThat(code).isZero();
    assertThat(console.err()).contains("each line is written as an instruction in Alpaca's prompt");
    assertThat(console.out().lines()).hasSize(2);
    assertThat(run("chat", "--run", "run", "--system", "s")).isEqualTo(2);
    assertThat(console.err()).contains("--system: expected a model of conversations");
  }

  @Test
  void conversationsAreWrittenByTheTemplateAndEndWithTheirTurns() throws IOException {
    Files.writeString(folder.resolve("model/chat_template.jinja"), TEMPLATE);
    Files.writeString(
        folder.resolve("model/generation_config.json"),
        "{\"eos_token_id\": [1, 2], \"temperature\": 0.5}");
    train(CHAT);
    assertThat(folder.resolve("run/recipe.yaml")).content().contains("instruction: messages");
    JsonNode turn = generated();
    // w41 w5 w40, and w41 of the assistant's turn.
    assertThat(turn.get("prompt_tokens").intValue()).isEqualTo(4);
    assertThat(turn.get("form").textValue()).isEqualTo("chat");
    assertThat(generated("--raw").get("prompt_tokens").intValue()).isEqualTo(1);

    assertThat(run("merge", "--run", "run", "--to", "merged")).as(console.err()).isZero();
    JsonNode config =
        new ObjectMapper().readTree(folder.resolve("merged/generation_config.json").toFile());
    assertThat(config.get("eos_token_id").toString()).isEqualTo("[40,2,1]");
    assertThat(config.get("temperature").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void aModelWithoutARunContinuesThePromptAsItIs() {
    assertThat(run("generate", "--model", "model", "--prompt", "w5 w6", "--max-new-tokens", "1"))
        .isZero();
    assertThat(console.out()).startsWith("w5 w6");
    assertThat(console.err()).contains("the prompt is given as it is");
  }
}
