package dev.statecraft.cli;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.steer.SteeringDesign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a model that cannot be steered ends in errors. */
record SteerErrors(ErrorScenarios scenarios, Path folder) {
  private static final String HIGH = "w40 w12 w41\nw42 w43\n";
  private static final String LOW = "w4 w12 w5\nw6 w7\n";

  void add() {
    settings();
    scenarios.put(
        "--layers: expected layers before the last, whose output enters no other, found '<layers>'"
            + " of <n>",
        steer(HIGH, LOW, "--layers", "last 1"));
    scenarios.put(
        "steer: expected a heap that holds the Jacobians of <n> layers of <n> features, <size>,"
            + " found one of <size> (java -Xmx)",
        () -> room(33, 4096));
    scenarios.put(
        "steer: expected a model of at most 4096 features, found one of <n>", () -> room(2, 4097));
    scenarios.put(
        "<folder>: expected what steer made to replace, found a folder of other files",
        () -> {
          Path other = Files.createDirectories(folder.resolve("out"));
          Files.writeString(other.resolve("adapter_config.json"), "{}");
          return steer(HIGH, LOW, "--force").play();
        });
    texts();
  }

  private void settings() {
    scenarios.put(
        "--strength: expected a finite number, found <n>", steer(HIGH, LOW, "--strength", "NaN"));
    scenarios.put(
        "--state-cost: expected a number of 0 or more, found <n>",
        steer(HIGH, LOW, "--state-cost", "-1"));
    scenarios.put(
        "--state-cost: expected a number above 0 here or in --last-cost, found that no distance"
            + " costs anything",
        steer(HIGH, LOW, "--state-cost", "0", "--last-cost", "0"));
    scenarios.put(
        "--strength: expected edges with which all states are finite numbers, found that <n> makes"
            + " others",
        steer(HIGH, LOW, "--strength", "1e300"));
    scenarios.put(
        "--input-cost: expected a number above 0, found <n>",
        steer(HIGH, LOW, "--input-cost", "0"));
    scenarios.put(
        "--last-cost: expected a number of 0 or more, found <n>",
        steer(HIGH, LOW, "--last-cost", "-1"));
    scenarios.put(
        "--jacobian-texts: expected 1 or more, found <n>",
        steer(HIGH, LOW, "--jacobian-texts", "0"));
    scenarios.put(
        "--law: expected one of [<laws>], found '<word>'", steer(HIGH, LOW, "--law", "open"));
  }

  private void texts() {
    scenarios.put(
        "<file>: expected 2 texts or more to steer by, found <n>", steer("w40 w41\n\n", LOW));
    scenarios.put(
        "<file>: expected a text a line in UTF-8, found <what>", steer("%PDF-1.7\nw40 w41\n", LOW));
    scenarios.put(
        "<place>: expected a text in '<column>', found a blank one",
        () -> rows("{\"text\": \"w5\"}\n{\"text\": \"  \"}\n"));
    scenarios.put(
        "<place>: expected a text, a prompt alone or messages, as each is a user's turn, found"
            + " [<columns>]",
        () -> rows("{\"prompt\": \"w5\", \"completion\": \"w6\"}\n", "--chat"));
    scenarios.put(
        "<place>: expected a text of 1 to <n> tokens to steer by, found <n>",
        steer(HIGH + "w9 ".repeat(40), LOW));
    scenarios.put(
        "<file> and <file>: expected texts whose ends differ on the average, found a difference of"
            + " <n> at the output of layer <n>",
        steer(LOW, LOW));
  }

  private ErrorScenarios.Scenario steer(String positive, String negative, String... more) {
    return () -> {
      write(positive, negative);
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
                  "out"));
      arguments.addAll(List.of(more));
      return scenarios.run(arguments.toArray(String[]::new));
    };
  }

  private ErrorScenarios.Outcome rows(String rows, String... more) throws IOException {
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(List.of("--positive", "rows.jsonl"));
    write(HIGH, LOW);
    arguments.addAll(
        0, List.of("steer", "--model", "llama", "--negative", "low.txt", "--to", "out"));
    return scenarios.run(arguments.toArray(String[]::new));
  }

  private void write(String positive, String negative) throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    Files.writeString(folder.resolve("high.txt"), positive);
    Files.writeString(folder.resolve("low.txt"), negative);
  }

  /** With a heap of 2 GiB. */
  private static ErrorScenarios.Outcome room(int layers, int hidden) {
    try {
      SteeringDesign.requireRoom(layers, hidden, 1L << 31);
      return new ErrorScenarios.Outcome(0, "");
    } catch (UsageException e) {
      Failure failure = Failure.of(e);
      return new ErrorScenarios.Outcome(failure.code().code(), failure.message());
    }
  }
}
