import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs of several tasks on one model, combined by every method, with three seeds: the tables of
 * {@code docs/combining.md}.
 *
 * <p>Run from the repository's root by {@code java tools/studies/Combining.java DATA OUT [--set
 * minilm|stories] [--command PATH] [METHOD ...]}. DATA holds {@code glue} (MR-sentence-polarity,
 * BLiMP, QNLI), {@code commonsense} (ARC-Easy, boolq) and the model folder {@code stories260k}.
 * Runs and combinations that are in OUT already are kept, so it may be stopped and started; {@code
 * OUT/SET.md} has the table of a set.
 */
public final class Combining {
  private static final int SEEDS = 3;

  /** A way to combine: its name in the table and the command's options. */
  private record Way(String name, List<String> options) {
    Way(String name, String... options) {
      this(name, List.of(options));
    }
  }

  private static List<Way> ways(int tasks) {
    String thirds = String.join(",", java.util.Collections.nCopies(tasks, "0.7"));
    return List.of(
        new Way("average", "--method", "average"),
        new Way("linear 0.7", "--method", "linear", "--weights", thirds),
        new Way("svd, rank 8", "--method", "svd", "--rank", "8"),
        new Way("ties 0.5", "--method", "ties", "--density", "0.5"),
        new Way("dare 0.3", "--method", "dare", "--drop", "0.3"),
        new Way("knots 0.5", "--method", "knots", "--density", "0.5"),
        new Way("tsv", "--method", "tsv"),
        new Way("ziplora", "--method", "ziplora"),
        new Way("klora", "--method", "klora"),
        new Way("average, tuned 30", "--method", "average", "--tune", "30"));
  }

  /** A task: its name and its recipe. */
  private record Task(String name, String recipe) {}

  /** Tasks of one model. */
  private record TaskSet(String name, String title, String score, List<Task> tasks) {}

  private static String minilm(String data, String train, double heldOut, int steps) {
    return """
    model: builtin:minilm
    data:
    %s
      validation: {split: %s}
      max_length: 96
    task: classification
    train: {max_steps: %d, batch_size: 16, learning_rate: 1e-3, model_dropout: "off"}
    method: {name: double-control, rank: 8}
    """
        .formatted(train.formatted(data).indent(2).stripTrailing(), heldOut, steps);
  }

  private static String stories(String data, String file) {
    return """
    model: %1$s/stories260k
    data:
      train: %1$s/commonsense/%2$s/train.json
      max_examples: 2600
      validation: {split: 0.04}
      max_length: 512
    task: causal-lm
    train: {max_steps: 40, batch_size: 8, learning_rate: 3e-3}
    method: {name: lora, rank: 8}
    """
        .formatted(data, file);
  }

  private static List<TaskSet> sets(String data) {
    return List.of(
        new TaskSet(
            "minilm",
            "MiniLM, double-control of rank 8 on each task, about 300 held-out examples a task",
            "accuracy",
            List.of(
                new Task(
                    "mr",
                    minilm(
                        data,
                        """
                        train: %s/glue/MR-sentence-polarity/train.tsv
                        columns: {text: sentence, label: label}\
                        """,
                        0.031,
                        120)),
                new Task(
                    "blimp",
                    minilm(
                        data,
                        """
                        train: {path: %s/glue/BLiMP/train.tsv, column_names: [source, label, star, sentence]}
                        columns: {text: sentence, label: label}\
                        """,
                        0.083,
                        600)),
                new Task(
                    "qnli",
                    minilm(
                        data,
                        """
                        train: %s/glue/QNLI/dev.tsv
                        columns: {text: question, pair: sentence, label: label}\
                        """,
                        0.055,
                        120)))),
        new TaskSet(
            "stories",
            "stories260K, LoRA of rank 8 on each task, 90 and 377 held-out questions a task",
            "loss",
            List.of(
                new Task("arc-easy", stories(data, "ARC-Easy")),
                new Task("boolq", stories(data, "boolq")))));
  }

  /** What the table has of a task. */
  private record Scores(double own, double combined, double base) {}

  private final Path out;
  private final Path command;

  private Combining(Path out, Path command) {
    this.out = out;
    this.command = command;
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> rest = new ArrayList<>(List.of(arguments));
    Optional<String> only = option(rest, "--set");
    Path command = Path.of(option(rest, "--command").orElse("statecraft")).toAbsolutePath();
    if (rest.size() < 2) {
      System.err.println(
          "expected: java tools/studies/Combining.java DATA OUT [--set minilm|stories]"
              + " [--command PATH] [METHOD ...]");
      System.exit(2);
    }
    Path data = Path.of(rest.remove(0)).toAbsolutePath().normalize();
    Combining study = new Combining(Path.of(rest.remove(0)).toAbsolutePath(), command);
    Files.createDirectories(study.out);
    for (TaskSet set : sets(data.toString())) {
      if (only.isEmpty() || only.get().equals(set.name())) {
        String table = study.table(set, rest);
        Files.writeString(study.out.resolve(set.name + ".md"), table);
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

  private String table(TaskSet set, List<String> chosen) throws IOException, InterruptedException {
    for (Task task : set.tasks) {
      Path recipe = out.resolve(set.name + "-" + task.name + ".yaml");
      Files.writeString(recipe, task.recipe);
      for (int seed = 1; seed <= SEEDS; seed++) {
        Path run = run(set, task, seed);
        if (!Files.exists(run.resolve("summary.json"))) {
          ask(
              run,
              List.of(
                  "train",
                  "-c",
                  recipe.toString(),
                  "--set",
                  "train.seed=" + seed,
                  "--output",
                  run.toString(),
                  "--force"));
        }
      }
    }
    StringBuilder head = new StringBuilder("| method |");
    StringBuilder rule = new StringBuilder("|---|");
    set.tasks.forEach(task -> head.append(' ').append(task.name).append(" |"));
    set.tasks.forEach(task -> rule.append("---|"));
    StringBuilder table =
        new StringBuilder("### " + set.title + ": " + set.score + "\n\n" + head + " kept |\n")
            .append(rule)
            .append("---|\n");
    boolean first = true;
    for (Way way : ways(set.tasks.size())) {
      if (!chosen.isEmpty() && !chosen.contains(way.name)) {
        continue;
      }
      Map<String, List<Scores>> scores = new LinkedHashMap<>();
      for (int seed = 1; seed <= SEEDS; seed++) {
        combined(set, way, seed)
            .forEach(
                (task, found) -> scores.computeIfAbsent(task, key -> new ArrayList<>()).add(found));
      }
      if (first) {
        table.append(row("own adapter", set, scores, Scores::own, false));
        table.append(row("base, own head", set, scores, Scores::base, false));
        first = false;
      }
      table.append(row(way.name, set, scores, Scores::combined, true));
    }
    return table.toString();
  }

  private Path run(TaskSet set, Task task, int seed) {
    return out.resolve(set.name).resolve(task.name + "-" + seed);
  }

  private Map<String, Scores> combined(TaskSet set, Way way, int seed)
      throws IOException, InterruptedException {
    Path to =
        out.resolve(set.name).resolve(way.name.replaceAll("[^A-Za-z0-9.]+", "-") + "-" + seed);
    if (!Files.exists(to.resolve("combined.json"))) {
      List<String> command = new ArrayList<>(List.of("combine"));
      for (Task task : set.tasks) {
        command.addAll(List.of("--run", task.name + "=" + run(set, task, seed)));
      }
      command.addAll(way.options);
      command.addAll(List.of("--seed", Integer.toString(seed), "--to", to.toString()));
      ask(to, command);
    }
    Map<String, Scores> scores = new LinkedHashMap<>();
    Pattern row =
        Pattern.compile(
            "\"task\"\\s*:\\s*\"([^\"]+)\"[^}]*?\"own\"\\s*:\\s*([-0-9.eE]+)[^}]*?"
                + "\"combined\"\\s*:\\s*([-0-9.eE]+)[^}]*?\"base\"\\s*:\\s*([-0-9.eE]+)");
    Path file = to.resolve("combined.json");
    Matcher matcher = row.matcher(Files.exists(file) ? Files.readString(file) : "");
    while (matcher.find()) {
      scores.put(
          matcher.group(1),
          new Scores(
              Double.parseDouble(matcher.group(2)),
              Double.parseDouble(matcher.group(3)),
              Double.parseDouble(matcher.group(4))));
    }
    return scores;
  }

  private interface Part {
    double of(Scores scores);
  }

  /** A row of the table; what is kept is the share of all tasks' and seeds' gains together. */
  private static String row(
      String name, TaskSet set, Map<String, List<Scores>> scores, Part part, boolean kept) {
    StringBuilder row = new StringBuilder("| " + name + " |");
    double gained = 0;
    double all = 0;
    for (Task task : set.tasks) {
      List<Scores> some = scores.getOrDefault(task.name, List.of());
      row.append(' ').append(spread(some.stream().mapToDouble(part::of).toArray())).append(" |");
      for (Scores one : some) {
        gained += part.of(one) - one.base;
        all += one.own - one.base;
      }
    }
    String share =
        kept && all != 0 ? String.format(Locale.ROOT, "%.0f %%", 100 * gained / all) : "";
    return row.append(' ').append(share).append(" |\n").toString();
  }

  /** Mean and standard deviation. */
  private static String spread(double[] values) {
    if (values.length == 0) {
      return "failed";
    }
    double mean = java.util.Arrays.stream(values).average().orElse(0);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
    return String.format(Locale.ROOT, "%.3f ± %.3f", mean, deviation);
  }

  private void ask(Path about, List<String> arguments) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(List.of(command.toString()));
    whole.addAll(arguments);
    Files.createDirectories(about.getParent());
    Path log = about.resolveSibling(about.getFileName() + ".log");
    Process process =
        new ProcessBuilder(whole)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    System.err.println(about.getFileName() + ": ended with " + process.waitFor());
  }
}
