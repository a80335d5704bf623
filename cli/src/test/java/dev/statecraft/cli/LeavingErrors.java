package dev.statecraft.cli;

import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
        "--format peft: expected lora, dora, ia3 or vera, which are all that PEFT has of our"
            + " methods, found '<method>'; --format control writes it",
        () -> scenarios.run("export", "--run", run(), "--to", "out", "--format", "peft"));
    scenarios.put(
        "<folder>: expected a folder that does not exist yet, found one; --force replaces it",
        () -> {
          Files.writeString(Files.createDirectory(folder.resolve("out")).resolve("file"), "x");
          return scenarios.run("export", "--run", run(), "--to", "out");
        });
    scenarios.put(
        "merge: expected an adapter of lora, dora, vera, qa-lora, full or probe, found '<method>',"
            + " which computes between states what no weight of the model can hold; use it with"
            + " --adapter, or export it",
        () -> scenarios.run("merge", "--run", run(), "--to", "out"));
    zeroPoints();
  }

  private void zeroPoints() {
    scenarios.put(
        "--keep-quantized: expected an adapter of qa-lora, whose update zero points can hold, found"
            + " '<method>'",
        () ->
            scenarios.run(
                "merge",
                "--keep-quantized",
                "--run",
                trained("run", "method=lora"),
                "--to",
                "out"));
    scenarios.put(
        "--keep-quantized: expected a run with quantize [<formats>], found '<word>'",
        () ->
            scenarios.run(
                "merge",
                "--keep-quantized",
                "--run",
                trained("run", "method=qa-lora"),
                "--to",
                "out"));
    scenarios.put(
        "--keep-quantized: expected an adapter whose groups are those of one of [<formats>], found"
            + " groups of <size>",
        () ->
            scenarios.run(
                "merge",
                "--keep-quantized",
                "--adapter",
                adapter("method=qa-lora", "method.group=8"),
                "--to",
                "out"));
    scenarios.put(
        "<model>: <weight>: expected groups of <size> inputs, found <size>",
        () -> {
          String model = inFourBits();
          String adapter = adapter("method=qa-lora", "method.group=64");
          return scenarios.run(
              "merge", "--keep-quantized", "--adapter", adapter, "--model", model, "--to", "out");
        });
    scenarios.put(
        "<file>: quantization_config.<key>: expected <what>, found <value>",
        () -> {
          Path config = Path.of(inFourBits()).resolve("config.json");
          Files.writeString(
              config,
              Files.readString(config).replaceFirst("group_size(.*) 32", "group_size$1 31"));
          return scenarios.train("model=merged");
        });
    scenarios.put(
        "<folder>: tensor '<name>': expected <type>[<rows>, <groups>], one for each <size> of"
            + " <columns> columns, found <what>",
        () -> {
          Path config = Path.of(inFourBits()).resolve("config.json");
          Files.writeString(
              config,
              Files.readString(config).replaceFirst("group_size(.*) 32", "group_size$1 16"));
          return scenarios.train("model=merged");
        });
  }

  /** A tiny model whose linears are in 4 bits. */
  private String inFourBits() throws IOException {
    String run = trained("held", "method=qa-lora", "quantize=int4");
    scenarios.run("merge", "--keep-quantized", "--run", run, "--to", "merged");
    return folder.resolve("merged").toString();
  }

  /** A run of one step. */
  private String trained(String name, String... changes) throws IOException {
    List<String> all = new ArrayList<>(List.of(changes));
    all.addAll(List.of("output=" + name, "train.max_steps=1", "data.validation=none"));
    scenarios.train(all.toArray(String[]::new));
    return folder.resolve(name).toString();
  }

  private String adapter(String... changes) throws IOException {
    return Path.of(trained("adapted", changes)).resolve("adapter").toString();
  }

  /** A run of control, trained for one step. */
  private String run() throws IOException {
    scenarios.train("method=control", "train.max_steps=1", "data.validation=none");
    return folder.resolve("runs/recipe").toString();
  }
}
