package dev.statecraft.cli;

import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How runs that are held or have no evaluations, and adapters that leave, end in errors. */
record LeavingErrors(ErrorScenarios scenarios, Path folder) {
  void add() {
    scenarios.put(
        "<folder>: another process is training in this run directory",
        () -> {
          scenarios.finishedRun();
          Path run = folder.resolve("runs/recipe");
          Files.delete(run.resolve("summary.json"));
          try (RunDirectory.Lock lock = RunDirectory.open(run).lock()) {
            return scenarios.run("train", "--resume", run.toString());
          }
        });
    scenarios.put(
        "train.early_stopping needs evaluations: expected data.validation, found none",
        () -> scenarios.train("data.validation=none", "train.early_stopping=2"));
    scenarios.put(
        "expected either --run or --adapter", () -> scenarios.run("export", "--to", "out"));
    scenarios.put(
        "--format: expected one of [<formats>], found '<word>'",
        () -> scenarios.run("export", "--run", run(), "--to", "out", "--format", "peftt"));
    scenarios.put(
        "--format peft: expected lora, dora, ia3, vera or adalora, which are all that PEFT has of"
            + " our methods, found '<method>'; --format control writes it",
        () -> scenarios.run("export", "--run", run(), "--to", "out", "--format", "peft"));
    scenarios.put(
        "<folder>: expected a folder that does not exist yet, found one; --force replaces it",
        () -> {
          Files.writeString(Files.createDirectory(folder.resolve("out")).resolve("file"), "x");
          return scenarios.run("export", "--run", run(), "--to", "out");
        });
    scenarios.put(
        "merge: expected an adapter of lora, dora, vera, adalora, ia3, bitfit, full or probe, found"
            + " '<method>', which computes between states what no weight of the model can hold; use"
            + " it with --adapter, or export it",
        () -> scenarios.run("merge", "--run", run(), "--to", "out"));
    scenarios.put(
        "merge: expected linears with a bias, to which bitfit's is added, found none on <n>, such"
            + " as '<module>'; use the adapter with --adapter, or export it",
        () -> {
          TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("tiny")));
          Files.writeString(
              folder.resolve("train.json"), "[{\"instruction\": \"w4\", \"output\": \"w5\"}]");
          Files.writeString(
              folder.resolve("recipe.yaml"),
              "{model: tiny, method: bitfit, task: causal-lm,"
                  + " data: {train: train.json, validation: none}, train: {max_steps: 1}}");
          scenarios.run("train", "-c", "recipe.yaml");
          String run = folder.resolve("runs/recipe").toString();
          return scenarios.run("merge", "--run", run, "--to", "out");
        });
    scenarios.put(
        "rank: expected at most <n>, the shorter side of <weight>, for init <word>, found <n>",
        () -> scenarios.train("method.rank=385", "method.init=olora"));
    scenarios.put(
        "<file>: init_lora_weights: expected true, false or one of [<words>] (this one changes the"
            + " base weights by <what>), found <word>",
        () -> {
          scenarios.train("method.init=pissa", "train.max_steps=1", "data.validation=none");
          Path adapter = folder.resolve("runs/recipe/adapter");
          Path settings = adapter.resolve("adapter_config.json");
          Files.writeString(
              settings, Files.readString(settings).replace("\"pissa\"", "\"pissa_niter_16\""));
          return scenarios.run(
              "export",
              "--adapter",
              adapter.toString(),
              "--model",
              "builtin:minilm",
              "--to",
              "out");
        });
  }

  /** A run of control, trained for one step. */
  private String run() throws IOException {
    scenarios.train("method=control", "train.max_steps=1", "data.validation=none");
    return folder.resolve("runs/recipe").toString();
  }
}
