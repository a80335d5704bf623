package dev.statecraft.cli;

import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How runs that cannot be combined end in errors. */
record CombineErrors(ErrorScenarios scenarios, Path folder) {
  private static final String RECIPE =
      """
      model: llama
      data: {train: train.jsonl, validation: none, instruction: text}
      task: causal-lm
      train: {max_steps: 3, batch_size: 2}
      """;

  void add() {
    options();
    names();
    edges();
    bases();
  }

  /** Combines two runs that need not be there. */
  private ErrorScenarios.Scenario option(String... more) {
    return () -> {
      List<String> arguments =
          new ArrayList<>(List.of("combine", "--run", "a", "--run", "b", "--to", "out"));
      arguments.addAll(List.of(more));
      return scenarios.run(arguments.toArray(String[]::new));
    };
  }

  private void options() {
    scenarios.put(
        "expected --to with the folder to make, or --plan",
        () -> scenarios.run("combine", "--run", "a", "--run", "b"));
    scenarios.put(
        "--method: expected one of [<methods>], found '<word>'", option("--method", "soup"));
    scenarios.put(
        "--method linear: expected --weights, one number a run, found none",
        option("--method", "linear"));
    scenarios.put(
        "--weights: expected one for each of <n> runs, found <n>",
        option("--method", "linear", "--weights", "1"));
    scenarios.put(
        "--weights: expected one of the methods [<methods>], which take weights, found <method>",
        option("--weights", "1,1"));
    scenarios.put(
        "--weights: expected numbers with commas between them, found '<text>'",
        option("--method", "linear", "--weights", "1;1"));
    scenarios.put(
        "--weights: expected finite numbers, found [<numbers>]",
        option("--method", "linear", "--weights", "1,NaN"));
    scenarios.put(
        "--density: expected a share above 0, at most 1, found <n>", option("--density", "1.5"));
    scenarios.put("--drop: expected a share from 0 to below 1, found <n>", option("--drop", "1"));
    scenarios.put("--lambda: expected 0 or more, found <n>", option("--lambda", "-1"));
    scenarios.put("--iterations: expected 1 or more, found <n>", option("--iterations", "0"));
    scenarios.put("--rows: expected 1 or more, found <n>", option("--rows", "0"));
    scenarios.put("--tune: expected 0 or more, found <n>", option("--tune", "-1"));
    scenarios.put(
        "--learning-rate: expected a number above 0, found <n>",
        option("--tune", "1", "--learning-rate", "0"));
    scenarios.put(
        "--on-cycle: expected error or trim, found '<word>'", option("--on-cycle", "cut"));
  }

  private void names() {
    scenarios.put(
        "--run: expected runs of different names, found '<name>' twice; give one as NAME=<folder>",
        () -> scenarios.run("combine", "--run", "x/a", "--run", "y/a", "--to", "out"));
    scenarios.put(
        "--run: expected a name of letters, digits, '.', '_' and '-', found '<name>'; give one as"
            + " NAME=<folder>",
        () -> scenarios.run("combine", "--run", "my runs", "--run", "a", "--to", "out"));
    scenarios.put(
        "<folder>: expected what combine made to replace, found a folder of other files",
        () -> {
          train("a", "lora");
          train("b", "lora");
          return scenarios.run("combine", "--run", "a", "--run", "b", "--to", "llama", "--force");
        });
    scenarios.put(
        "--head: expected the name of a run, one of [<names>], found '<name>'",
        two("lora", "lora", "--head", "c"));
    scenarios.put(
        "combine: expected two adapters or more, found <n>",
        () -> {
          train("a", "lora");
          return scenarios.run("combine", "--run", "a", "--to", "out");
        });
  }

  private void train(String name, String method) throws IOException {
    if (!Files.exists(folder.resolve("llama"))) {
      TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
      TinyFolder.texts(folder.resolve("train.jsonl"));
    }
    Files.writeString(folder.resolve(name + ".yaml"), RECIPE + "method: " + method + "\n");
    scenarios.run("train", "-c", name + ".yaml", "-o", name);
  }

  /** Trains two runs and combines them. */
  private ErrorScenarios.Scenario two(String first, String second, String... more) {
    return () -> {
      train("a", first);
      train("b", second);
      return option(more).play();
    };
  }

  private static String crossing(String from, String to) {
    return "{name: edges, edges: [{from: layers.0."
        + from
        + ", to: layers.0."
        + to
        + ", function: low-rank, rank: 2}]}";
  }

  private void edges() {
    scenarios.put(
        "combine: cycle: expected edges that are acyclic together, found that from '<state>' to"
            + " '<state>' of <runs> closes <path> with that from '<state>' to '<state>' of <runs>;"
            + " --on-cycle trim leaves it out",
        two(crossing("q", "k"), crossing("k", "q")));
    scenarios.put(
        "combine: --method <method>: expected low-rank edges where several runs have one, found"
            + " '<edge>': <functions>; average and linear can add any up",
        two(
            "{name: control, function: gated}",
            "{name: control, function: gated}",
            "--method",
            "ties"));
    scenarios.put(
        "combine: expected functions that can be added up with a factor, found '<edge>':"
            + " <functions>",
        two("reft", "reft"));
    scenarios.put(
        "combine: expected updates B A of '<module>', found dora in '<run>', whose lengths of rows"
            + " are of its own update; '<run>' updates it too",
        two("dora", "lora"));
    scenarios.put(
        "combine: expected the weight 1 for '<run>', whose lengths of rows (dora) no factor can be"
            + " taken of, found <n>",
        two("dora", "control", "--method", "linear", "--weights", "0.5,0.5"));
    scenarios.put(
        "combine: expected low-rank updates alone where several runs have some, found"
            + " '<parameter>' trained beside those of '<run>' (bias, modules_to_save,"
            + " trainable_token_indices)",
        two("{name: lora, modules_to_save: [norm]}", "lora"));
    scenarios.put(
        "combine: expected values that float32 can hold, found others in what becomes of"
            + " '<parameter>'; smaller weights of the runs keep them small",
        two("control", "control", "--method", "linear", "--weights", "1e60,1e60"));
    scenarios.put(
        "combine: expected full tuning in all runs or in none, found it in '<run>' alone of"
            + " [<runs>]",
        two("full", "lora"));
    scenarios.put(
        "combine: expected the same settings where runs train the same, found '<parameter>' in"
            + " [<runs>] and [<runs>] with others beside it",
        two("{name: ia3, targets: [k_proj, v_proj]}", "{name: ia3, targets: [k_proj]}"));
  }

  private void bases() {
    scenarios.put(
        "combine: expected finite values, found others in '<edge>' of '<run>'",
        () -> {
          train("a", "lora");
          train("b", "lora");
          Path tensors = folder.resolve("b/adapter/adapter_model.safetensors");
          byte[] bytes = Files.readAllBytes(tensors);
          // The last value, of some A or B, as an infinite float32 in little-endian.
          bytes[bytes.length - 1] = 0x7f;
          bytes[bytes.length - 2] = (byte) 0x80;
          bytes[bytes.length - 3] = 0;
          bytes[bytes.length - 4] = 0;
          Files.write(tensors, bytes);
          return option().play();
        });
    scenarios.put(
        "<folder>: expected the base weights of <folder>, SHA-256 [<hash>], found [<hash>]",
        () -> {
          train("a", "lora");
          Path weights = folder.resolve("llama/model.safetensors");
          byte[] bytes = Files.readAllBytes(weights);
          bytes[bytes.length - 1] ^= 1;
          Files.write(weights, bytes);
          train("b", "lora");
          return option().play();
        });
    scenarios.put(
        "<folder>: expected <file> with the hashes of the base that the run was trained on, found"
            + " none",
        () -> {
          train("a", "lora");
          train("b", "lora");
          Files.delete(folder.resolve("b/provenance.json"));
          return option().play();
        });
  }
}
