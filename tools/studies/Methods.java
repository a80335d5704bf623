import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All methods but {@code edges} on two small tasks, each at the best of three learning rates, with
 * three seeds: the tables of {@code docs/method-study.md}.
 *
 * <p>Run from the repository's root by {@code java tools/studies/Methods.java DATA OUT [--task
 * mr|arc] [--threads N] [METHOD ...]}. DATA holds {@code glue/MR-sentence-polarity/train.tsv} (as
 * SST-2 lays it out), {@code commonsense/ARC-Easy/train.json} (of LLM-Adapters) and the model
 * folder {@code stories260k}. The rate of the lowest evaluation loss of the first seed is taken.
 * Runs that are in OUT already are kept, so it may be stopped and started; {@code OUT/TASK.md} has
 * the table of a task.
 */
public final class Methods {
  private static final int SEEDS = 3;

  private static final List<String> USUAL = List.of("3e-4", "1e-3", "3e-3");
  private static final List<String> HIGH = List.of("3e-3", "1e-2", "3e-2");
  private static final List<String> MIDDLE = List.of("1e-3", "3e-3", "1e-2");

  /** A method: what recipes say, and the learning rates that are tried. */
  private record Tried(String name, String recipe, List<String> rates) {}

  private static final List<Tried> METHODS =
      List.of(
          new Tried("probe", "{name: probe}", MIDDLE),
          new Tried("full", "{name: full}", List.of("2e-5", "1e-4", "5e-4")),
          new Tried("lora", "{name: lora}", USUAL),
          new Tried("dora", "{name: dora}", USUAL),
          new Tried("adalora", "{name: adalora}", MIDDLE),
          new Tried("qa-lora", "{name: qa-lora}", USUAL),
          new Tried("vera", "{name: vera}", HIGH),
          new Tried("control", "{name: control}", USUAL),
          new Tried("double-control", "{name: double-control}", USUAL),
          new Tried("double-control, gated", "{name: double-control, function: gated}", USUAL),
          new Tried("double-control, affine", "{name: double-control, function: affine}", USUAL),
          new Tried("control+lora", "{name: control+lora}", USUAL),
          new Tried("routed", "{name: routed}", USUAL),
          new Tried("patch-control", "{name: patch-control}", USUAL),
          new Tried("adapter", "{name: adapter}", USUAL),
          new Tried("ia3", "{name: ia3}", HIGH),
          new Tried("bitfit", "{name: bitfit}", MIDDLE),
          new Tried("reft (LoReFT)", "{name: reft}", USUAL),
          new Tried("reft (DiReFT)", "{name: reft, variant: direft}", USUAL));

  /** What the methods are tried on. */
  private record Task(String name, String title, String score, String recipe) {
    boolean fits(Tried method) {
      // A language model's head is its own table: there is nothing for the probe to train.
      return !(name.equals("arc") && method.name.equals("probe"));
    }
  }

  private static List<Task> tasks(Path data) {
    return List.of(
        new Task(
            "mr",
            "MiniLM, MR sentence polarity: 40 steps of 16 sentences, scored on 290",
            "accuracy",
            """
            model: builtin:minilm
            data:
              train: %1$s/glue/MR-sentence-polarity/train.tsv
              validation: {split: 0.03}
              columns: {text: sentence, label: label}
              max_length: 64
            task: classification
            train: {max_steps: 40, batch_size: 16, seed: 1}
            """
                .formatted(data)),
        new Task(
            "arc",
            "stories260K, ARC-Easy: 30 steps of 8 questions, scored on 112",
            "perplexity",
            """
            model: %1$s/stories260k
            data:
              train: %1$s/commonsense/ARC-Easy/train.json
              validation: {split: 0.05}
              max_length: 512
            task: causal-lm
            train: {max_steps: 30, batch_size: 8, seed: 1}
            """
                .formatted(data)));
  }

  /** A finished run. */
  private record Run(
      String rate,
      int seed,
      double loss,
      double score,
      long parameters,
      double seconds,
      long bytes) {}

  private final Path out;
  private final Optional<String> threads;

  private Methods(Path out, Optional<String> threads) {
    this.out = out;
    this.threads = threads;
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> rest = new ArrayList<>(List.of(arguments));
    Optional<String> only = option(rest, "--task");
    Optional<String> threads = option(rest, "--threads");
    if (rest.size() < 2) {
      System.err.println(
          "expected: java tools/studies/Methods.java DATA OUT [--task mr|arc] [--threads N]"
              + " [METHOD ...]");
      System.exit(2);
    }
    Path data = Path.of(rest.remove(0)).toAbsolutePath().normalize();
    Methods study = new Methods(Path.of(rest.remove(0)).toAbsolutePath(), threads);
    for (Task task : tasks(data)) {
      if (only.isEmpty() || only.get().equals(task.name())) {
        String table = study.table(task, rest);
        Files.writeString(study.out.resolve(task.name + ".md"), table);
        System.out.println(table);
      }
    }
  }

  /** Takes an option and its value out of the arguments. */
  private static Optional<String> option(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    if (at < 0 || at + 1 == arguments.size()) {
      return Optional.empty();
    }
    arguments.remove(at);
    return Optional.of(arguments.remove(at));
  }

  private String table(Task task, List<String> chosen) throws IOException, InterruptedException {
    StringBuilder table =
        new StringBuilder(
            """
            ### %s

            | method | learning rate | trained | peak MiB | seconds | loss before | loss | %s |
            |---|---|---|---|---|---|---|---|
            """
                .formatted(task.title, task.score));
    for (Tried method : METHODS) {
      if (task.fits(method) && (chosen.isEmpty() || chosen.contains(method.name))) {
        table.append(row(task, method)).append('\n');
      }
    }
    return table.toString();
  }

  private String row(Task task, Tried method) throws IOException, InterruptedException {
    String folder = task.name + "-" + method.name.replaceAll("[^A-Za-z0-9]+", "-");
    Path place = out.resolve(folder);
    List<Run> tried = study(task, method, place, method.rates, 1);
    if (tried.isEmpty()) {
      return "| " + method.name + " | failed | | | | | | |";
    }
    Run best = tried.stream().min(Comparator.comparingDouble(Run::loss)).orElseThrow();
    // In the same folder, where the run of the first seed is kept.
    List<Run> runs = study(task, method, place, List.of(best.rate), SEEDS);
    return "| "
        + String.join(
            " | ",
            method.name,
            best.rate,
            String.format(Locale.ROOT, "%,d", best.parameters),
            String.format(Locale.ROOT, "%.1f", best.bytes / 1048576.0),
            spread("%.1f", runs.stream().mapToDouble(Run::seconds).toArray()),
            before(log(place)),
            spread("%.4f", runs.stream().mapToDouble(Run::loss).toArray()),
            spread("%.4f", runs.stream().mapToDouble(Run::score).toArray()))
        + " |";
  }

  /** Mean and standard deviation. */
  private static String spread(String format, double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    String shown = String.format(Locale.ROOT, format, mean);
    return values.length < 2
        ? shown
        : shown
            + " ± "
            + String.format(Locale.ROOT, format, Math.sqrt(squares / (values.length - 1)));
  }

  /** The loss of the first evaluation, before the first step, as the commands said it. */
  private static String before(Path log) throws IOException {
    Pattern loss = Pattern.compile("evaluation after step 0: .*\\bloss ([0-9.]+)");
    Matcher found = loss.matcher(Files.readString(log));
    return found.find() ? found.group(1) : "";
  }

  private List<Run> study(Task task, Tried method, Path folder, List<String> rates, int seeds)
      throws IOException, InterruptedException {
    Files.createDirectories(out);
    Path recipe = out.resolve(folder.getFileName() + ".yaml");
    Files.writeString(recipe, task.recipe + "method: " + method.recipe + "\n");
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Path.of("statecraft").toAbsolutePath().toString(),
            "study",
            "-c",
            recipe.toString(),
            "-o",
            folder.toString(),
            "--grid",
            "train.learning_rate=" + String.join(",", rates),
            "--seeds",
            Integer.toString(seeds)));
    threads.ifPresent(count -> command.addAll(List.of("--threads", count)));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(folder).toFile()))
            .start();
    int ended = process.waitFor();
    System.err.println(folder.getFileName() + ": ended with " + ended);
    return ended == 0 ? runs(task, folder.resolve("study.csv")) : List.of();
  }

  private Path log(Path folder) {
    return out.resolve(folder.getFileName() + ".log");
  }

  private static List<Run> runs(Task task, Path csv) throws IOException {
    List<String> lines = Files.readAllLines(csv);
    List<String> header = List.of(lines.get(0).split(",", -1));
    List<Run> runs = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      Map<String, String> cells = new LinkedHashMap<>();
      String[] values = line.split(",", -1);
      for (int i = 0; i < Math.min(values.length, header.size()); i++) {
        cells.put(header.get(i), values[i]);
      }
      if (!cells.get("status").equals("finished")) {
        continue;
      }
      runs.add(
          new Run(
              cells.get("train.learning_rate"),
              Integer.parseInt(cells.get("seed")),
              Double.parseDouble(cells.get("loss")),
              Double.parseDouble(cells.get(task.score)),
              Long.parseLong(cells.get("trainable_parameters")),
              Double.parseDouble(cells.get("seconds")),
              (long) Double.parseDouble(cells.get("measured_peak_bytes"))));
    }
    return runs;
  }
}
