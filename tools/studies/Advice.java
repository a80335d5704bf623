import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Does advice help? Advised edges against as many random, first, last ones, and against all at the
 * same number of parameters: the tables of {@code docs/advice.md}.
 *
 * <p>Run from the repository's root by {@code java tools/studies/Advice.java DATA OUT [--tasks
 * mr,blimp,sts-b,arc] [--seeds N] [--at-once N] [--command PATH]}. For each task and seed {@code
 * statecraft advise} looks at the data of that seed; then each choice of edges is trained with that
 * seed. What is in OUT already is kept, so it may be stopped and started; {@code OUT/TASK.md} has
 * the table of a task.
 */
public final class Advice {
  /** Rank of chosen edges, a third of all; all edges have a third of it. */
  private static final int RANK = 12;

  private static final int PART = 3;

  /** Learning rates of edges; a choice has the one that is better for it. */
  private static final List<String> RATES = List.of("3e-3");

  /** What edges are chosen by, as the file of an advice calls it; those that were measured. */
  private static final List<String> MEASURED =
      List.of("controllability", "gain", "gradient", "bytes");

  /** All choices of edges, in the order of the table. */
  private static final List<String> CHOICES =
      List.of(
          "controllability",
          "gain",
          "gradient",
          "controllability-per-byte",
          "gradient-per-byte",
          "random",
          "first",
          "last",
          "all");

  /** A task: a recipe without a method, its score, and what training makes small. */
  private record Task(String name, String title, String score, String loss, String recipe) {}

  /** An edge of an advice. */
  private record Edge(String from, String to, int layer, Map<String, Double> scores) {
    private static final String PER_BYTE = "-per-byte";

    /** A score, or what it is for each byte of a training step of the edge. */
    double score(String choice) {
      return choice.endsWith(PER_BYTE)
          ? scores.get(choice.replace(PER_BYTE, "")) / scores.get("bytes")
          : scores.get(choice);
    }
  }

  private static String minilm(String data, int steps) {
    return """
    model: builtin:minilm
    data:
    %s
      max_length: 96
    train: {max_steps: %d, epochs: 100, batch_size: 16, model_dropout: "off"}
    """
        .formatted(data.indent(2).stripTrailing(), steps);
  }

  private static List<Task> tasks(Path data) {
    String glue = data.resolve("glue").toString();
    return List.of(
        new Task(
            "mr",
            "MiniLM, MR sentence polarity: 40 steps of 16, scored on 483",
            "accuracy",
            "loss",
            minilm(
                    """
                    train: %1$s/MR-sentence-polarity/train.tsv
                    validation: {split: 0.05}
                    columns: {text: sentence, label: label}\
                    """
                        .formatted(glue),
                    40)
                + "task: classification\n"),
        new Task(
            "blimp",
            "MiniLM, BLiMP acceptability: 100 steps of 16, scored on 1,200",
            "accuracy",
            "loss",
            minilm(
                    """
                    train: {path: %1$s/BLiMP/train.tsv, column_names: [source, label, star, sentence]}
                    validation: {path: %1$s/BLiMP/dev.tsv, column_names: [source, label, star, sentence]}
                    columns: {text: sentence, label: label}\
                    """
                        .formatted(glue),
                    100)
                + "task: classification\n"),
        new Task(
            "sts-b",
            "MiniLM, STS-B: 40 steps of 16, scored on 375",
            "pearson",
            "mean_squared_error",
            minilm(
                    """
                    train: %1$s/STS-B-ccbysa/train.tsv
                    validation: %1$s/STS-B-ccbysa/dev.tsv
                    columns: {text: sentence1, pair: sentence2, label: score}\
                    """
                        .formatted(glue),
                    40)
                + "task: regression\n"),
        new Task(
            "arc",
            "stories260K, ARC-Easy: 30 steps of 8 questions, scored on 112",
            "perplexity",
            "loss",
            """
            model: %1$s/stories260k
            data:
              train: %1$s/commonsense/ARC-Easy/train.json
              validation: {split: 0.05}
              max_length: 512
            task: causal-lm
            train: {max_steps: 30, batch_size: 8}
            """
                .formatted(data)));
  }

  private final Path out;
  private final String command;
  private final int seeds;

  private Advice(Path out, String command, int seeds) {
    this.out = out;
    this.command = command;
    this.seeds = seeds;
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    List<String> rest = new ArrayList<>(List.of(arguments));
    Optional<String> only = option(rest, "--tasks");
    int seeds = Integer.parseInt(option(rest, "--seeds").orElse("5"));
    int atOnce = Integer.parseInt(option(rest, "--at-once").orElse("1"));
    String command =
        option(rest, "--command").orElse(Path.of("statecraft").toAbsolutePath().toString());
    if (rest.size() != 2) {
      System.err.println(
          "expected: java tools/studies/Advice.java DATA OUT [--tasks mr,blimp,sts-b,arc]"
              + " [--seeds N] [--at-once N] [--command PATH]");
      System.exit(2);
    }
    Path data = Path.of(rest.get(0)).toAbsolutePath().normalize();
    Advice study = new Advice(Path.of(rest.get(1)).toAbsolutePath(), command, seeds);
    Files.createDirectories(study.out);
    ExecutorService workers = Executors.newFixedThreadPool(atOnce);
    try {
      for (Task task : tasks(data)) {
        if (only.isEmpty() || List.of(only.get().split(",")).contains(task.name)) {
          String table = study.table(task, workers);
          Files.writeString(study.out.resolve(task.name + ".md"), table);
          System.out.println(table);
        }
      }
    } finally {
      workers.shutdown();
    }
  }

  private static Optional<String> option(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    if (at < 0 || at + 1 == arguments.size()) {
      return Optional.empty();
    }
    arguments.remove(at);
    return Optional.of(arguments.remove(at));
  }

  /** What a run came to, of which less loss is better. */
  private record Result(double score, double loss) {}

  /** All runs of a choice of edges, by learning rate. */
  private record Runs(Map<String, List<Future<Result>>> byRate) {
    /** The rate whose mean loss is least. */
    String rate() throws Exception {
      String best = RATES.get(0);
      for (String rate : RATES) {
        best = loss(rate) < loss(best) ? rate : best;
      }
      return best;
    }

    private double loss(String rate) throws Exception {
      return mean(values(byRate.get(rate)).stream().map(Result::loss).toList());
    }

    List<Result> best() throws Exception {
      return values(byRate.get(rate()));
    }
  }

  private String table(Task task, ExecutorService workers) throws Exception {
    Map<String, Runs> runs = new LinkedHashMap<>();
    for (String choice : CHOICES) {
      Map<String, List<Future<Result>>> byRate = new LinkedHashMap<>();
      RATES.forEach(rate -> byRate.put(rate, new ArrayList<>()));
      runs.put(choice, new Runs(byRate));
    }
    List<Future<List<Edge>>> advices = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      int own = seed;
      advices.add(workers.submit(() -> advised(task, own)));
    }
    for (int seed = 1; seed <= seeds; seed++) {
      int own = seed;
      List<Edge> edges = advices.get(seed - 1).get();
      for (String choice : CHOICES) {
        for (String rate : RATES) {
          runs.get(choice)
              .byRate
              .get(rate)
              .add(workers.submit(() -> result(task, choice, rate, own, edges)));
        }
      }
    }
    StringBuilder table =
        new StringBuilder(
            """
            ### %s

            | edges | rate | %s | loss | loss against random, seed by seed |
            |---|---|---|---|---|
            """
                .formatted(task.title, task.score));
    List<Result> random = runs.get("random").best();
    for (String choice : CHOICES) {
      List<Result> own = runs.get(choice).best();
      List<Double> less = new ArrayList<>();
      for (int i = 0; i < own.size(); i++) {
        less.add(own.get(i).loss - random.get(i).loss);
      }
      table.append(
          "| %s | %s | %s | %s | %s |\n"
              .formatted(
                  choice.replace('-', ' '),
                  runs.get(choice).rate(),
                  spread(own.stream().map(Result::score).toList()),
                  spread(own.stream().map(Result::loss).toList()),
                  choice.equals("random") ? "" : signed(less)));
    }
    return table.toString();
  }

  private static <T> List<T> values(List<Future<T>> futures) throws Exception {
    List<T> values = new ArrayList<>();
    for (Future<T> future : futures) {
      values.add(future.get());
    }
    return values;
  }

  /** The candidates with their scores, in the order of the layers. */
  private List<Edge> advised(Task task, int seed) throws IOException, InterruptedException {
    Path place = out.resolve(task.name + "-advice-" + seed);
    Path json = place.resolve("advice.json");
    if (!Files.exists(json)) {
      Path recipe = out.resolve(task.name + ".yaml");
      Files.writeString(recipe, task.recipe + "method: {name: control, rank: " + RANK + "}\n");
      run(
          place,
          List.of(
              "advise",
              "-c",
              recipe.toString(),
              "--set",
              "train.seed=" + seed,
              "-o",
              place.toString(),
              "--threads",
              "1"));
    }
    List<Edge> edges = new ArrayList<>();
    String text = Files.readString(json);
    Matcher objects = Pattern.compile("\\{[^{}]*\"from\"[^{}]*\\}").matcher(text);
    while (objects.find()) {
      String object = objects.group();
      Map<String, Double> scores = new LinkedHashMap<>();
      MEASURED.forEach(name -> scores.put(name, Double.parseDouble(value(object, name))));
      edges.add(
          new Edge(
              value(object, "from"),
              value(object, "to"),
              Integer.parseInt(value(object, "layer")),
              scores));
    }
    edges.sort(Comparator.comparing(Edge::layer).thenComparing(Edge::from).thenComparing(Edge::to));
    return edges;
  }

  private static String value(String object, String name) {
    Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"?([^\",}\\s]+)").matcher(object);
    if (!found.find()) {
      throw new IllegalStateException("expected " + name + ", found " + object);
    }
    return found.group(1);
  }

  private static List<Edge> chosen(String choice, int seed, List<Edge> edges) {
    int count = edges.size() / PART;
    List<Edge> order = new ArrayList<>(edges);
    switch (choice) {
      case "all" -> {
        return order;
      }
      case "random" -> Collections.shuffle(order, new Random(seed));
      case "first" -> {}
      case "last" -> Collections.reverse(order);
      default -> order.sort(Comparator.comparing((Edge edge) -> -edge.score(choice)));
    }
    return order.subList(0, count);
  }

  private Result result(Task task, String choice, String rate, int seed, List<Edge> edges)
      throws IOException, InterruptedException {
    Path place = out.resolve("%s-%s-%s-%d".formatted(task.name, choice, rate, seed));
    // Written once the run has ended well; one that was stopped is begun again.
    Path done = out.resolve(place.getFileName() + ".done");
    if (!Files.exists(done)) {
      delete(place);
      int rank = choice.equals("all") ? RANK / PART : RANK;
      String list =
          chosen(choice, seed, edges).stream()
              .map(
                  edge ->
                      "  - {from: %s, to: %s, function: low-rank, rank: %d}\n"
                          .formatted(edge.from, edge.to, rank))
              .collect(Collectors.joining());
      Path recipe = out.resolve(place.getFileName() + ".yaml");
      Files.writeString(
          recipe,
          task.recipe + "method:\n  name: edges\n  edges:\n" + list + "output: " + place + "\n");
      run(
          place,
          List.of(
              "train",
              "-c",
              recipe.toString(),
              "--set",
              "train.seed=" + seed,
              "--set",
              "train.learning_rate=" + rate,
              "--threads",
              "1"));
      Files.createFile(done);
    }
    return last(task, place.resolve("summary.json"));
  }

  private static Result last(Task task, Path summary) throws IOException {
    Matcher last =
        Pattern.compile("\"last_evaluation\"\\s*:\\s*(\\{[^{}]*(\\{[^{}]*\\})?[^{}]*\\})")
            .matcher(Files.readString(summary));
    if (!last.find()) {
      throw new IllegalStateException(summary + ": expected an evaluation, found none");
    }
    return new Result(
        Double.parseDouble(value(last.group(1), task.score)),
        Double.parseDouble(value(last.group(1), task.loss)));
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void run(Path place, List<String> arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(out.resolve(place.getFileName() + ".log").toFile());
    int ended = builder.start().waitFor();
    System.err.println(place.getFileName() + ": ended with " + ended);
    if (ended != 0) {
      throw new IllegalStateException(place + ": ended with " + ended);
    }
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static double deviation(List<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
  }

  private static String spread(List<Double> values) {
    return String.format(Locale.ROOT, "%.4f ± %.4f", mean(values), deviation(values));
  }

  private static String signed(List<Double> values) {
    long wins = values.stream().filter(v -> v < 0).count();
    return String.format(
        Locale.ROOT,
        "%+.4f ± %.4f, less in %d of %d",
        mean(values),
        deviation(values),
        wins,
        values.size());
  }
}
