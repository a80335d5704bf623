package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny model, steered from the command line. */
class SteerRunTest {
  @TempDir private Path folder;
  private TestConsole console;

  private void done(Engine engine, String... arguments) {
    console = new TestConsole(folder);
    assertThat(Statecraft.run(console.console(), engine, arguments)).as(console::err).isZero();
  }

  private static String[] steer(String to, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "steer",
                "--model",
                "llama",
                "--positive",
                "high.txt",
                "--negative",
                "low.txt",
                "--to",
                to));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(console.out());
  }

  @Test
  void saysWhatCameOfIt() {
    done(new FakeEngine(), steer("out"));
    assertThat(console.out())
        .contains("|K v|")
        .contains("shift at the last layer: 50.0 % of the distance")
        .contains("(25.0 % if the layers were linear)")
        .contains("written: " + folder.resolve("out"));
    assertThat(console.err()).contains("reading");
  }

  @Test
  void whatIsWrittenSteersWhatAnswers() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    Files.writeString(folder.resolve("high.txt"), "w40 w12 w41\nw42 w43\n");
    Files.writeString(folder.resolve("low.txt"), "w4 w12 w5\nw6 w7\n");
    Engine engine = new ModelEngine();
    done(engine, steer("steered", "--strength", "30", "--json"));
    JsonNode found = json();
    assertThat(found.get("layers")).hasSize(2);
    assertThat(found.get("layers").get(0).get("share").asDouble()).isBetween(0.01, 0.99);
    assertThat(found.get("layers").get(1).has("share")).isFalse();
    assertThat(found.get("shift").asDouble()).isPositive();
    assertThat(found.get("peak_bytes").asLong()).isPositive();
    JsonNode written =
        new ObjectMapper().readTree(folder.resolve("steered/steering.json").toFile());
    assertThat(written.get("settings").get("strength").asDouble()).isEqualTo(30);
    assertThat(written.get("layers")).isEqualTo(found.get("layers"));

    done(engine, "generate", "--model", "llama", "--prompt", "w4 w5", "--json");
    String before = json().get("completion").asText();
    done(
        engine,
        "generate",
        "--model",
        "llama",
        "--adapter",
        "steered",
        "--prompt",
        "w4 w5",
        "--json");
    assertThat(json().get("completion").asText()).isNotEqualTo(before);
    done(engine, steer("steered", "--force"));
    assertThat(console.out()).contains("written: " + folder.resolve("steered"));
  }
}
