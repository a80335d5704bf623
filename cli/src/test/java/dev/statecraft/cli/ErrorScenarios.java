package dev.statecraft.cli;

import dev.statecraft.data.DataFormat;
import dev.statecraft.data.DataReader;
import dev.statecraft.data.InstructionFormat;
import dev.statecraft.formats.hub.Hub;
import dev.statecraft.formats.hub.HubFile;
import dev.statecraft.formats.hub.HubId;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.formats.hub.HubSettings;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** For every message of {@code docs/errors.md}, what a user does to meet it. */
final class ErrorScenarios {
  private static final String RECIPE =
      """
      model: builtin:minilm
      method: {name: lora, rank: 2, layers: last 1}
      data: {train: train.csv, validation: dev.csv}
      task: classification
      train: {epochs: 1, batch_size: 4}
      """;

  private static final String CAUSAL =
      """
      model: tiny
      method: {name: lora, rank: 2}
      data: {train: train.json, validation: none}
      task: causal-lm
      """;

  private final Path folder;
  private final Map<String, Scenario> all = new LinkedHashMap<>();

  /** What a user does. */
  @FunctionalInterface
  interface Scenario {
    Outcome play() throws IOException;
  }

  /** What comes of it. */
  record Outcome(int code, String message) {}

  /** Scenarios in a folder that holds nothing yet. */
  ErrorScenarios(Path folder) {
    this.folder = folder;
    commandLine();
    recipes();
    runs();
    files();
    data();
    models();
    hub();
    machine();
    new LeavingErrors(this, folder).add();
    new CombineErrors(this, folder).add();
    new AdviseErrors(this, folder).add();
    new SteerErrors(this, folder).add();
    new EmbedErrors(this, folder).add();
    new AdapterErrors(this, folder).add();
    new TextErrors(this, folder).add();
    new FolderErrors(this, folder).add();
    new InstructionErrors(this, folder).add();
    new DataErrors(this, folder).add();
    new TokenizerErrors(this, folder).add();
  }

  Map<String, Scenario> all() {
    return all;
  }

  void put(String message, Scenario scenario) {
    if (all.put(message, scenario) != null) {
      throw new IllegalStateException("two scenarios for " + message);
    }
  }

  private Outcome run(Engine engine, String... arguments) {
    TestConsole console = new TestConsole(folder);
    int code = Statecraft.run(console.console(), engine, arguments);
    String said = console.err().lines().reduce((first, last) -> last).orElse("");
    return new Outcome(code, said.replaceFirst("^statecraft: ", ""));
  }

  Outcome run(String... arguments) {
    return run(new ModelEngine(), arguments);
  }

  private static Outcome thrown(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      Failure failure = Failure.of(e);
      return new Outcome(failure.code().code(), failure.message());
    }
    return new Outcome(0, "");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private void defaults() throws IOException {
    write("recipe.yaml", RECIPE);
    write("train.csv", "text,label\none,a\ntwo,b\nthree,a\nfour,b\n");
    write("dev.csv", "text,label\nfive,a\nsix,b\n");
  }

  /** Trains with changes to a recipe that works. */
  Outcome train(String... changes) throws IOException {
    defaults();
    return trainAgain(changes);
  }

  /** Leaves a finished run without the work of one. */
  void finishedRun() throws IOException {
    defaults();
    run(new FakeEngine(), "train", "-c", "recipe.yaml");
  }

  private Outcome edge(String from, String to) throws IOException {
    return train("method={name: edges, edges: [{from: " + from + ", to: " + to + "}]}");
  }

  Outcome trainAgain(String... changes) {
    String[] arguments = new String[3 + 2 * changes.length];
    arguments[0] = "train";
    arguments[1] = "-c";
    arguments[2] = "recipe.yaml";
    for (int i = 0; i < changes.length; i++) {
      arguments[3 + 2 * i] = "--set";
      arguments[4 + 2 * i] = changes[i];
    }
    return run(arguments);
  }

  Outcome trainOn(String name, String text, String... changes) throws IOException {
    defaults();
    write(name, text);
    String[] all = new String[changes.length + 1];
    all[0] = "data.train=" + name;
    System.arraycopy(changes, 0, all, 1, changes.length);
    return trainAgain(all);
  }

  private Outcome trainCausal(String json, String... changes) throws IOException {
    TinyFolder.model(folder.resolve("tiny"));
    write("recipe.yaml", CAUSAL);
    write("train.json", json);
    return trainAgain(changes);
  }

  private void commandLine() {
    put(
        "expected an option of <command>, found '<option>'; did you mean '<option>'? (see <command>"
            + " --help)",
        () -> run("train", "-c", "x", "--frce"));
    put(
        "expected a command, found '<word>'; did you mean '<command>'? (see <command> --help)",
        () -> run("trian"));
    put(
        "expected no argument, found '<file>'; did you mean '-c <file>'? (see <command> --help)",
        () -> run("train", "recipe.yaml"));
    put(
        "expected no further argument, found '<argument>' (see <command> --help)",
        () -> run("train", "-c", "recipe.yaml", "now"));
    put("expected <option>, found nothing (see <command> --help)", () -> run("inspect"));
    put(
        "<option>: expected a value, <kind>, found nothing (see <command> --help)",
        () -> run("train", "-c"));
    put(
        "<option>: expected once, found more than once (see <command> --help)",
        () -> run("train", "-c", "a", "-c", "b"));
    put(
        "expected only one of options that exclude each other, found several: <options> (see"
            + " <command> --help)",
        () -> run("train", "-c", "a", "--resume", "b"));
    put(
        "<option>: expected a whole number, found '<value>' (see <command> --help)",
        () -> run("generate", "--model", "m", "--prompt", "x", "--max-new-tokens", "many"));
    put(
        "--threads: expected from 1 to 1024, found <n> (see <command> --help)",
        () -> run("train", "-c", "recipe.yaml", "--threads", "0"));
    put(
        "--batch times --seq: expected at most 2147483647 tokens of a step, found <n>",
        () -> run("plan", "--model", "builtin:minilm", "--batch", "2147483647", "--seq", "2"));
    put("--method: expected a method, found none", () -> run("bench", "--config", "config.json"));
    put(
        "--lengths: expected tokens of prompts such as 128,512, found '<text>'",
        () -> run("bench", "--config", "config.json", "--inference", "--lengths", "16-64"));
    put(
        "--lengths: expected at most <n> tokens (max_position_embeddings), new ones among them,"
            + " found <n>",
        () -> {
          TinyFolder.model(folder.resolve("tiny"));
          return run(
              "bench",
              "--config",
              "tiny/config.json",
              "--inference",
              "--method",
              "control",
              "--lengths",
              "30",
              "--new-tokens",
              "4");
        });
    put(
        "--set: expected key=value, such as <example>, found '<text>'",
        () -> train("train.epochs"));
    put(
        "--set <key>: expected <part> of <file> to be a mapping or a list, found <value>",
        () -> train("model.name=x"));
    put(
        "--set <key>: expected an index from 0 to <n> into the list in <file>, found '<text>'",
        () -> train("train.betas=[0.9, 0.99]", "train.betas.2=1"));
    put(
        "--explain: expected a key of a recipe, such as train.epochs or method, found '<word>'; did"
            + " you mean '<key>'?",
        () -> run("train", "--explain", "train.epoch"));
    put(
        "--resume: expected neither --output nor --force nor --mlflow beside it, found <option>",
        () -> run("train", "--resume", "runs/x", "--force"));
    put(
        "expected either --run, or --model and perhaps --adapter",
        () -> run("generate", "--model", "m", "--run", "r", "--prompt", "x"));
    put(
        "expected either --greedy or --temperature, found both",
        () -> run("generate", "--model", "m", "--prompt", "x", "--greedy", "--temperature", "1"));
    put(
        "--top-k and --top-p: expected --temperature beside them, found greedy decoding",
        () -> run("generate", "--model", "m", "--prompt", "x", "--top-k", "4"));
    put(
        "method: expected one of [<methods>], found '<word>'; did you mean '<method>'?",
        () -> run("demo", "--methods", "lora,lore"));
    put(
        "--output: expected a file that ends in .jsonl, .csv or .tsv, found '<name>'",
        () -> run("classify", "--run", "runs/x", "--input", "x.csv", "-o", "out.xlsx"));
    put(
        "--output: expected a file in a folder that exists, found <file>",
        () -> run("classify", "--run", "runs/x", "--input", "x.csv", "-o", "no/out.csv"));
    put(
        "<folder>: expected a run of this demo's recipe, found one of another; name another folder"
            + " with --output, or replace it with --force",
        () -> {
          run(new FakeEngine(), "demo", "--methods", "probe");
          return run("demo", "--methods", "probe", "--set", "train.epochs=1");
        });
    put(
        "--grid: expected key=value,value, such as method.rank=4,8, found '<text>'",
        () -> {
          defaults();
          return run("study", "-c", "recipe.yaml", "--grid", "rank");
        });
    put(
        "--grid: expected values between the commas, such as method.rank=4,8, found '<text>'",
        () -> {
          defaults();
          return run("study", "-c", "recipe.yaml", "--grid", "method.rank=4,,8");
        });
    put(
        "grid: expected keys with values to vary, such as method.rank: [4, 8], or several seeds,"
            + " found neither",
        () -> {
          defaults();
          return run("study", "-c", "recipe.yaml");
        });
    put(
        "grid: <setting>: <file>: <problem>",
        () -> {
          defaults();
          return run("study", "-c", "recipe.yaml", "--grid", "method.rank=4,many");
        });
    put(
        "grid: expected <n> runs at most, found <n> (<product>)",
        () -> {
          defaults();
          return run("study", "-c", "recipe.yaml", "--seeds", "2000000000");
        });
  }

  private void recipes() {
    put(
        "<file>: expected a YAML mapping with keys such as model, found <value>",
        () -> {
          write("recipe.yaml", "just words");
          return trainAgain();
        });
    put(
        "<file>: expected well-formed YAML, found an error at line <n>, column <n>: <problem>",
        () -> {
          write("recipe.yaml", "model: [");
          return trainAgain();
        });
    put(
        "<file>: <key>: unknown key, expected one of [<keys>]; did you mean '<key>'?",
        () -> train("train.epoch=1"));
    put("<file>: <key>: expected <kind>, found nothing", () -> train("model="));
    put(
        "<file>: data.train: expected a data file, found nothing; 'train' with <value> stands"
            + " beside data: indent it below",
        () -> train("data.train=", "train=train.csv"));
    put(
        "<file>: <key>: unknown key, expected one of [<keys>]; '<key>' is a key of the recipe"
            + " itself: it begins its line",
        () -> train("data.quantize=none"));
    put(
        "<file>: task.type: expected <tasks>, found '<word>'; did you mean '<task>'?",
        () -> train("task.type=classify"));
    put("<file>: <key>: expected a whole number, found <value>", () -> train("train.epochs=few"));
    put("<file>: <key>: expected a number, found <value>", () -> train("train.learning_rate=fast"));
    put("<file>: <key>: expected text, found <value>", () -> train("quantize=8"));
    put(
        "<file>: <key>: expected true or false, found <value>",
        () -> train("method.name=control", "method.bias=1"));
    put("<file>: <key>: expected a mapping, found <value>", () -> train("train=fast"));
    put(
        "<file>: <key>: expected a list of texts, found <value>",
        () -> train("method.exclude_modules=query"));
    put("<file>: <key>: expected 1 or more, found <n>", () -> train("train.epochs=0"));
    put(
        "<file>: train.threads: expected from 1 to 1024, found <n>",
        () -> train("train.threads=1000000"));
    put(
        "<file>: method.rank: expected from 1 to 65536, found <n>",
        () -> train("method.rank=1000000"));
    put(
        "<file>: method.alpha: expected a number other than 0, with which nothing is learned, found"
            + " <number>",
        () -> train("method.alpha=0"));
    put(
        "<file>: method.alpha: expected above 0, found <number>",
        () -> train("method={name: adalora, alpha: 0}"));
    put(
        "<file>: method.beta1: expected between 0 and 1, found <number>",
        () -> train("method={name: adalora, beta1: 1}"));
    put(
        "target_r: expected at most init_r, <n>, from which ranks fall, found <n>",
        () -> train("method={name: adalora, init_r: 4}"));
    put(
        "tinit, tfinal: expected together less than the <n> steps of the run, so that ranks can"
            + " fall in between, found <n> and <n>",
        () -> train("method={name: adalora, tinit: 5, tfinal: 5}", "train.max_steps=10"));
    put(
        "<file>: quantize: expected one of "
            + "[none, int8, nf4, int4, int4-64, int4-128], found '<word>'",
        () -> train("quantize=gguf"));
    put(
        "<file>: method.group: expected <size>, the inputs that share a zero point with quantize"
            + " <format>, found <size>",
        () -> train("method=qa-lora", "method.group=8", "quantize=int4-64"));
    put(
        "<file>: quantize: expected none with the method full, which trains every weight, found"
            + " '<word>'",
        () -> train("method=full", "quantize=int8"));
    put(
        "<file>: method.layers: expected 'all', 'first N', 'last N' or a list such as '0,2,5-7',"
            + " found '<text>'",
        () -> train("method.layers=some"));
    put(
        "<file>: train.store: expected a memory budget for auto, found none; or all, cheap, mlp,"
            + " inputs",
        () -> train("train.store=auto"));
    put(
        "<file>: train.micro_batch: expected a size, as there is no memory.budget to decide, found"
            + " 'auto'",
        () -> train("train.micro_batch=auto"));
    put(
        "<file>: train.warmup_ratio: expected either this or warmup_steps, found <value>",
        () -> train("train.warmup_ratio=0.1", "train.warmup_steps=1"));
    put(
        "<file>: memory.budget: expected a size such as 24GiB or 512MiB, auto or none, found"
            + " '<text>'",
        () -> train("memory.budget=much"));
    put(
        "<file>: task.positive_label: expected the class that the metric f1 is about, found"
            + " nothing",
        () -> train("task.metrics=[f1]"));
    put(
        "<file>: task.metrics: expected some of [<metrics>], found '<word>'; did you mean"
            + " '<metric>'?",
        () -> train("task.metrics=[acuracy]"));
    put(
        "<file>: data.validation.split: expected a part between 0 and 1, found <number>",
        () -> train("data.validation={split: 2}"));
    put(
        "<file>: data.train.file: expected hub, the data set that the file is in, beside it, found"
            + " <value>",
        () -> train("data.train.file=x.csv"));
    put(
        "<file>: data.train.weight: expected a number above 0 and up to 1000, found <number>",
        () -> train("data.train.weight=0"));
    put(
        "train.select: best needs evaluations: expected data.validation, found none",
        () -> train("data.validation=none", "train.select=best"));
  }

  private void runs() {
    put(
        "output: expected a new or empty folder or one of a run, found other files in <folder>",
        () -> {
          Files.createDirectories(folder.resolve("full"));
          write("full/file", "x");
          return train("output=full");
        });
    put(
        "output: expected a folder, found the file <file>",
        () -> {
          write("taken", "x");
          return train("output=taken");
        });
    put(
        "output: expected a folder without a run, found <state> one in <folder>; name another with"
            + " --output, or replace it with --force",
        () -> {
          finishedRun();
          return trainAgain();
        });
    put(
        "<folder>: expected an unfinished run to go on with, found a finished one",
        () -> {
          finishedRun();
          return run("train", "--resume", "runs/recipe");
        });
    put(
        "data.validation: expected evaluation data, found none; name a file with --data",
        () -> {
          train("data.validation=none");
          return run("eval", "--run", "runs/recipe");
        });
  }

  private void files() {
    put("<file>: expected a recipe file, found none", () -> run("train", "-c", "none.yaml"));
    put(
        "<file>: expected text in UTF-8, found other bytes",
        () -> {
          defaults();
          Files.write(folder.resolve("latin.yaml"), new byte[] {'m', ':', ' ', (byte) 0xe4, 10});
          return run("train", "-c", "latin.yaml");
        });
    put(
        "<folder>: expected a run directory with a recipe.yaml, found none",
        () -> run("eval", "--run", "runs/none"));
    put(
        "<file>: expected the provenance of a run, found none",
        () -> {
          finishedRun();
          Files.delete(folder.resolve("runs/recipe/provenance.json"));
          return run("train", "--repeat", "runs/recipe");
        });
    put(
        "<file>: expected the provenance of a run, found <problem>",
        () -> {
          finishedRun();
          write("runs/recipe/provenance.json", "{}");
          return run("train", "--repeat", "runs/recipe");
        });
    put(
        "<file>: <input> is not what the run read: expected SHA-256 <hash> (<n> bytes), found"
            + " <hash> (<n> bytes)",
        () -> {
          train();
          write("dev.csv", "text,label\nseven,a\n");
          return run("train", "--repeat", "runs/recipe");
        });
    put("<file>: file not found", () -> train("data.validation=none.csv"));
    put(
        "<folder>: expected adapter_config.json of an adapter, found none",
        () -> {
          defaults();
          Files.createDirectories(folder.resolve("empty"));
          return run("eval", "-c", "recipe.yaml", "--adapter", "empty");
        });
    put(
        "<folder>: expected an adapter's folder, found none",
        () -> {
          defaults();
          return run("eval", "-c", "recipe.yaml", "--adapter", "nowhere");
        });
  }

  private void data() {
    put("<file>: the file is empty", () -> trainOn("t.csv", ""));
    put(
        "<file> row <n> (line <n>): column '<column>': expected text, found half of a surrogate"
            + " pair, <code>",
        () -> trainOn("t.jsonl", "{\"text\": \"a\", \"label\": \"\\ud83d\"}\n"));
    put("<file>: expected at least one row, found none", () -> trainOn("t.csv", "text,label\n"));
    put(
        "<file>: cannot tell the data format from the file name; expected it to end in .json,"
            + " .jsonl, .csv, .tsv or .parquet, or the format to be named",
        () -> trainOn("t.dat", "text,label\na,b\n"));
    put(
        "<file> row <n> (line <n>): no column '<column>'; it has [<columns>]",
        () -> trainOn("t.csv", "text,tag\nx,a\ny,b\n"));
    put(
        "<file> row <n> (line <n>): expected <n> columns [<columns>], found <n>",
        () -> trainOn("t.csv", "text,label\nx,a\ny\n"));
    put(
        "<file>: the header names column '<column>' twice: [<columns>]",
        () -> trainOn("t.csv", "text,text\nx,a\n"));
    put("<file> row <n>: invalid CSV: <problem>", () -> trainOn("t.csv", "text,label\n\"x,a\n"));
    put(
        "<file>: expected UTF-8 text, found other bytes",
        () -> {
          defaults();
          Files.write(folder.resolve("t.csv"), new byte[] {'a', (byte) 0xff, (byte) 0xfe});
          return trainAgain("data.train=t.csv");
        });
    put(
        "<file> row <n> (line <n>): invalid JSON: <problem>",
        () -> trainOn("t.jsonl", "{\"text\": \n"));
    put(
        "<file>: expected an array of objects or an object with a 'data' array, found <value>",
        () -> trainOn("t.json", "3"));
    put("<file>: cannot be read as Parquet: <problem>", () -> trainOn("t.parquet", "not parquet"));
    put(
        "classification needs at least two different labels, found [<labels>]",
        () -> trainOn("t.csv", "text,label\nx,a\ny,a\n"));
    put(
        "<file> row <n> (line <n>): unknown label '<label>'; expected one of [<labels>]",
        () -> {
          defaults();
          write("dev.csv", "text,label\nfive,c\n");
          return trainAgain();
        });
    put(
        "<file> row <n> (line <n>): a regression label should be a number, found '<label>'",
        () -> train("task=regression"));
    put(
        "holding out the fraction <fraction> of <n> examples leaves a part empty",
        () -> train("data.validation={split: 0.01}"));
    put(
        "<row>: the columns [<columns>] fit no instruction format; expected <formats>",
        () -> {
          write("t.json", "[{\"question\": \"a\"}]");
          return thrown(
              () ->
                  DataReader.forEach(
                      folder.resolve("t.json"), DataFormat.byEnding(), InstructionFormat::detect));
        });
  }

  private void models() {
    put("<folder>: expected a model folder, found none", () -> train("model=nowhere/at/all"));
    put(
        "<file>: expected a model's config.json, found none",
        () -> {
          Files.writeString(
              Files.createDirectories(folder.resolve("other")).resolve("notes.txt"), "x");
          return train("model=other");
        });
    put(
        "<folder>: expected model.safetensors or model.safetensors.index.json, found <what>",
        () -> {
          TinyFolder.model(folder.resolve("tiny"));
          Files.delete(folder.resolve("tiny/model.safetensors"));
          return train("model=tiny");
        });
    put(
        "<file>: expected a safetensors file of at least 8 bytes, found <n>",
        () -> {
          TinyFolder.model(folder.resolve("tiny"));
          write("tiny/model.safetensors", "x");
          return train("model=tiny");
        });
    put(
        "<model>: expected a text encoder (<families>), found llama",
        () -> {
          TinyFolder.model(folder.resolve("tiny"));
          return train("model=tiny");
        });
    put(
        "<model>: expected a causal language model (<families>), found bert",
        () -> train("task=causal-lm"));
    put(
        "<folder>: expected a tokenizer.json, found none",
        () -> trainCausal("[{\"instruction\": \"a\", \"output\": \"b\"}]"));
    put(
        "<file>: model: expected a model folder or one of [<models>], found '<name>'",
        () -> train("model=builtin:gpt"));
    put(
        "<file>: train.model_dropout: expected config or off, found '<word>'",
        () -> train("train.model_dropout=half"));
    put("targets: <problem>", () -> train("method.targets=[q_proj]"));
    put(
        "no state is called '<name>'; did you mean <names>?",
        () -> edge("layers.0.middel", "layers.0.output"));
    put(
        "cycle: a control edge from '<state>' to '<state>' would read a state that is computed"
            + " after the one it controls: <path>",
        () -> edge("layers.1.output", "layers.0.output"));
    put(
        "state '<state>' comes with the batch and cannot be controlled (from '<state>')",
        () -> edge("embeddings", "token_ids"));
    put("control edge from '<state>' to '<state>': <problem>", () -> edge("loss", "loss"));
    put(
        "user_function: expected a function that the program has registered, which has none, found"
            + " '<name>'",
        () -> train("method={name: control, function: user, user_function: squared}"));
    put(
        "<file>: method.user_function: expected the name of a function that the program registers,"
            + " found nothing",
        () -> train("method={name: control, function: user}"));
    put(
        "<file>: method.<key>: expected no such key beside function: <function>",
        () -> train("method={name: control, k: 2}"));
    put(
        "layers: the model has the layers 0 to <n>, found '<layers>'",
        () -> train("method.layers=99"));
    put(
        "layers: the model's layers are one stack, found '<layers>'",
        () -> train("method.layers=all of encoder"));
  }

  private void hub() {
    HubSettings offline =
        HubSettings.of(
            Map.of("HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", folder.resolve("cache").toString()),
            folder);
    Hub cut = new Hub(offline, HubListener.silent());
    put(
        "<name>: <problem>, and the cache <folder> does not have it",
        () ->
            thrown(
                () -> {
                  try {
                    cut.model(HubId.model("org/name").orElseThrow());
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                }));
    put(
        "HF_ENDPOINT: expected an http or https address, found '<text>'; the usual one is"
            + " https://huggingface.co",
        () -> thrown(() -> HubSettings.of(Map.of("HF_ENDPOINT", "no address"), folder)));
    put(
        "HF_TOKEN: expected a token of letters, digits and signs, found other characters",
        () -> thrown(() -> HubSettings.of(Map.of("HF_TOKEN", "a b\u0001"), folder)));
    put(
        "expected a data set of the Hub, org/name[@revision], found '<text>'",
        () -> thrown(() -> HubId.dataset("no/such/name")));
    put(
        "file: expected a path within <name>, found '<path>'",
        () -> thrown(() -> new HubFile(HubId.dataset("org/name"), "../up")));
  }

  private void machine() {
    put(
        "step <n>: expected a finite loss and gradient, found loss <number> and gradient norm"
            + " <number> (<examples>)",
        () -> train("train.learning_rate=1e30", "train.warmup_steps=0", "train.epochs=3"));
    put(
        "memory.budget: <step> needs at least <size>, found a budget of <size>",
        () -> train("memory.budget=1KiB"));
    put(
        "out of memory: <problem>",
        () -> {
          defaults();
          return run(
              new FakeEngine(new RuntimeException("DefaultCPUAllocator: can't allocate memory")),
              "train",
              "-c",
              "recipe.yaml");
        });
    put(
        "device: expected a CUDA device, the GPU build of libtorch (Maven profile cuda) and the"
            + " libraries of CUDA 13 and cuDNN 9 on the library path, found none that works",
        () -> train("train.device=cuda"));
    put(
        "interrupted",
        () -> {
          defaults();
          return run(new FakeEngine(new CancellationException()), "train", "-c", "recipe.yaml");
        });
    put(
        "unexpected <kind>: <problem> (--debug shows where)",
        () -> {
          defaults();
          return run(
              new FakeEngine(new IllegalStateException("a defect")), "train", "-c", "recipe.yaml");
        });
    put(
        "<file>: expected it to be bit for bit that of <run>, found another",
        () -> {
          train();
          Path file = folder.resolve("runs/recipe/provenance.json");
          String text = Files.readString(file);
          int results = text.indexOf("\"results\"");
          write(
              "runs/recipe/provenance.json",
              text.substring(0, results)
                  + text.substring(results)
                      .replaceAll("\"sha256\" : \"[0-9a-f]+", "\"sha256\" : \"0"));
          return run("train", "--repeat", "runs/recipe");
        });
  }
}
