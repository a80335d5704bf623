package dev.statecraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How advice that cannot be given ends in errors. */
record AdviseErrors(ErrorScenarios scenarios, Path folder) {
  private static final String RECIPE =
      """
      model: builtin:minilm
      method: control
      data: {train: train.csv}
      task: classification
      """;

  private static final String CONFIG =
      """
      {"model_type": "bert", "vocab_size": 60, "hidden_size": 16, "intermediate_size": 32,
       "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 24,
       "type_vocab_size": 2, "layer_norm_eps": 1e-12}
      """;

  void add() {
    add("places: expected some of [<places>], found '<place>'", "--places", "attn,mpl");
    add(
        "task: expected one for a model of the type <type>, found <task>",
        "--set",
        "task.type=causal-lm");
    add(
        "budget: expected at least the <size> of a training step of one edge, found <size>",
        "--budget",
        "1KiB");
    add("parameters: expected at least the <n> of one edge, found <n>", "--parameters", "63");
    scenarios.put(
        "expected one of --budget, --parameters and --edges, found <options>",
        option("--budget", "1GiB", "--edges", "4"));
    scenarios.put("--parameters: expected 1 or more, found <n>", option("--parameters", "0"));
    scenarios.put("--edges: expected 1 or more, found <n>", option("--edges", "0"));
    scenarios.put(
        "--places: expected names with commas between them, such as attn,mlp, found '<text>'",
        option("--places", "attn,,mlp"));
    scenarios.put("--score: expected one of [<scores>], found '<word>'", option("--score", "luck"));
    scenarios.put(
        "--function: expected one of [<functions>], found '<word>'", option("--function", "mlp"));
    scenarios.put("--examples: expected 1 or more, found <n>", option("--examples", "0"));
    scenarios.put("--head-steps: expected 0 or more, found <n>", option("--head-steps", "-1"));
    scenarios.put(
        "output: expected a folder without an advice, found one in <folder>; name another with"
            + " --output, or replace it with --force",
        () -> {
          Path advice = Files.createDirectories(folder.resolve("advice/recipe"));
          Files.writeString(advice.resolve("advice.json"), "{}");
          return option().play();
        });
    scenarios.put(
        "output: expected a new or empty folder or one of an advice, found other files in <folder>",
        () -> {
          scenarios.finishedRun();
          return option("-o", "runs/recipe", "--force").play();
        });
    scenarios.put(
        "<folder>: cannot make the folder of an advice: <problem>",
        () -> {
          Files.writeString(folder.resolve("file"), "x");
          return option("-o", "file/advice").play();
        });
  }

  private void add(String message, String... more) {
    scenarios.put(
        message,
        () -> {
          Files.writeString(folder.resolve("config.json"), CONFIG);
          Files.writeString(
              folder.resolve("recipe.yaml"),
              """
              model: config.json
              method: {name: control, rank: 2}
              data: {train: train.csv, max_length: 8}
              task: classification
              """);
          List<String> arguments = new ArrayList<>(List.of("advise", "-c", "recipe.yaml", "--dry"));
          arguments.addAll(List.of(more));
          return scenarios.run(arguments.toArray(String[]::new));
        });
  }

  private ErrorScenarios.Scenario option(String... more) {
    return () -> {
      write();
      List<String> arguments = new ArrayList<>(List.of("advise", "-c", "recipe.yaml"));
      arguments.addAll(List.of(more));
      return scenarios.run(arguments.toArray(String[]::new));
    };
  }

  private void write() throws IOException {
    Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
  }
}
