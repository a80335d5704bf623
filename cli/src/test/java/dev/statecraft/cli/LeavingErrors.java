package dev.statecraft.cli;

import dev.statecraft.studio.engine.TinyFolder;
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
        "<folder>: expected a folder that is not read itself, found that <source> is there",
        () -> {
          Path model = TinyFolder.model(folder.resolve("model"));
          Path adapter = TinyFolder.lora(folder.resolve("adapter"), model, false);
          return scenarios.run(
              "merge", "--adapter", adapter.toString(), "--to", model.toString(), "--force");
        });
    scenarios.put(
        "merge: expected an adapter of lora, dora, vera, adalora, qa-lora, ia3, bitfit, full or"
            + " probe, found '<method>', which computes between states what no weight of the model"
            + " can hold; use it with --adapter, or export it",
        () -> scenarios.run("merge", "--run", run(), "--to", "out"));
    scenarios.put(
        "merge: expected a linear with a bias, to which that of lora_B is added (lora_bias), found"
            + " '<module>' without one; use the adapter with --adapter",
        () -> {
          Path model = TinyFolder.model(folder.resolve("model"));
          Path adapter = TinyFolder.lora(folder.resolve("adapter"), model, true);
          return scenarios.run("merge", "--adapter", adapter.toString(), "--to", "out");
        });
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
    refusedOfLora();
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

  /** Keys of LoRA that say what PEFT's settings say. */
  private void refusedOfLora() {
    scenarios.put(
        "modules_to_save: expected modules of the model, or ends of their names, found '<name>'",
        () -> lora("modules_to_save: [z_proj]"));
    scenarios.put(
        "trainable_token_indices: expected ids from 0 to <n>, the last of '<table>', found <id>",
        () -> lora("trainable_token_indices: [1000000]"));
    scenarios.put(
        "trainable_token_indices: expected ids of tokens, each once, found <ids>",
        () -> lora("trainable_token_indices: [5, 5]"));
    scenarios.put(
        "trainable_token_indices: expected the embedding of tokens or the head of a language model,"
            + " found '<name>'",
        () -> lora("trainable_token_indices: {query: [5]}"));
    scenarios.put(
        "trainable_token_indices: expected tables that modules_to_save does not train whole, found"
            + " <names>",
        () -> lora("trainable_token_indices: [5], modules_to_save: [word_embeddings]"));
    scenarios.put(
        "lora_bias: expected false with DoRA, which PEFT has without it, found true",
        () -> scenarios.train("method={name: dora, lora_bias: true}"));
    scenarios.put(
        "lora_bias: expected false with init <word>, which PEFT has without it, found true",
        () -> lora("lora_bias: true, init: pissa"));
    scenarios.put(
        "rank_pattern: expected names of targets, found '<key>', which fits none",
        () -> lora("rank_pattern: {dwon_proj: 4}"));
    scenarios.put(
        "exclude_modules: expected names of linears, or ends of them, found '<name>', which fits"
            + " none",
        () -> lora("exclude_modules: [dwon_proj]"));
    scenarios.put(
        "rank: expected an even number for init orthogonal, found <n>",
        () -> scenarios.train("method={name: lora, rank: 3, init: orthogonal}"));
    scenarios.put(
        "alpha: expected a number above 0 for init pissa, which takes the root of it, found a scale"
            + " of <number>",
        () -> lora("alpha: -8, init: pissa"));
  }

  private ErrorScenarios.Outcome lora(String key) throws IOException {
    return scenarios.train("method={name: lora, rank: 2, " + key + "}");
  }

  /** A run of control, trained for one step. */
  private String run() throws IOException {
    scenarios.train("method=control", "train.max_steps=1", "data.validation=none");
    return folder.resolve("runs/recipe").toString();
  }
}
