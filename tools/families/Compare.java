import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.RmsNorm;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.inference.Sampler;
import dev.statecraft.inference.TextGenerator;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Statecraft on the models of {@code truth.py}: one line for each, with the largest difference of
 * logits and of all gradients of base parameters (each relative to the largest number of its
 * tensor), and whether greedy texts are equal. <i>Exact</i> is float64 from end to end, on both
 * sides without transformers' roundings to float32 in norms and softmax; float64 and float32 are as
 * models run. Gradients are computed under every store policy; the largest difference counts.
 *
 * <p>Run from the repository's root, the commands' classes on the class path, by {@code java -cp
 * CLASSPATH tools/families/Compare.java DIR [PART ...]}. Ends with 1 if a case is beyond 1e-12
 * exactly, 1e-6 in float64 or 1e-4 in float32, or writes another text than transformers does
 * without a cache.
 */
public final class Compare {
  /**
   * Gradients whose largest number is below this share of the largest of all are zero, but for
   * rounding: those of keys' biases without rotary positions. They are held to the largest of all.
   */
  private static final double ZERO = 1e-9;

  /** That encoders tell apart. */
  private static final int CLASSES = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a case came to in one number format. */
  private record Difference(
      double logits, double gradients, String worst, boolean uncached, boolean cached) {
    boolean within(double bound) {
      return logits <= bound && gradients <= bound;
    }
  }

  private final Path folder;
  private final JsonNode json;
  private final Map<String, double[]> truth;
  private final Map<String, double[]> exact;

  private Compare(Path folder) throws IOException {
    this.folder = folder;
    this.json = JSON.readTree(Path.of(folder + ".json").toFile());
    this.truth = truth(Path.of(folder + ".truth.safetensors"));
    this.exact = truth(Path.of(folder + ".exact.safetensors"));
  }

  /** Compares all cases of a folder. */
  public static void main(String[] arguments) throws IOException {
    List<String> parts = Arrays.asList(arguments).subList(1, arguments.length);
    List<Path> folders;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      folders =
          files
              .filter(Files::isDirectory)
              .filter(f -> parts.isEmpty() || parts.stream().anyMatch(f.toString()::contains))
              .sorted()
              .toList();
    }
    System.out.println(
        "| case | exact: logits | gradients | float64: logits | gradients | float32: logits |"
            + " gradients | greedy | as with a cache |\n|---|---|---|---|---|---|---|---|---|");
    boolean good = true;
    for (Path folder : folders) {
      good &= line(folder);
    }
    System.exit(good ? 0 : 1);
  }

  private static boolean line(Path folder) throws IOException {
    String name = folder.getFileName().toString();
    try {
      Compare compare = new Compare(folder);
      Difference exact = compare.run(DType.FLOAT64, compare.exact, Compare::exact);
      Difference wide = compare.run(DType.FLOAT64, compare.truth, graph -> graph);
      Difference narrow = compare.run(DType.FLOAT32, compare.truth, graph -> graph);
      boolean near = exact.within(1e-12) && wide.within(1e-6) && narrow.within(1e-4);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0e | %.0e | %.0e | %.0e | %.0e | %.0e | %s | %s |%s%n",
          name,
          exact.logits(),
          exact.gradients(),
          wide.logits(),
          wide.gradients(),
          narrow.logits(),
          narrow.gradients(),
          wide.uncached() && narrow.uncached() ? "equal" : "DIFFERS",
          wide.cached() && narrow.cached() ? "equal" : "differs",
          near ? "" : " BEYOND, most in " + List.of(exact.worst(), wide.worst(), narrow.worst()));
      return near && wide.uncached() && narrow.uncached();
    } catch (RuntimeException | LinkageError e) {
      System.out.printf("| %s | %s |%n", name, e);
      return false;
    }
  }

  private static Map<String, double[]> truth(Path path) throws IOException {
    Map<String, double[]> values = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (String name : file.names()) {
        if (file.entry(name).type() != ElementType.F64) {
          throw new IllegalStateException(name + " is not in float64");
        }
        ByteBuffer bytes = file.read(name);
        double[] numbers = new double[(int) file.entry(name).elements()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = bytes.getDouble();
        }
        values.put(name, numbers);
      }
    }
    return values;
  }

  private Difference run(DType type, Map<String, double[]> truth, UnaryOperator<Graph> form)
      throws IOException {
    ModelConfig config = Families.read(folder.resolve("config.json"));
    TaskModel model =
        config.poolsMean(tensors())
            ? TaskModel.classifier(config.backbone(), CLASSES, Pooling.MEAN)
            : TaskModel.usual(config.backbone(), CLASSES);
    Graph graph = form.apply(new FullTuning().apply(model.graph()));
    Set<String> told = new TreeSet<>();
    truth.keySet().stream()
        .filter(key -> key.startsWith("grad."))
        .forEach(key -> told.add(key.substring("grad.".length())));
    Set<String> ours = new TreeSet<>();
    graph.trainableParameters().forEach(parameter -> ours.add(parameter.name()));
    if (!told.equals(ours)) {
      Set<String> apart = new TreeSet<>(told);
      apart.addAll(ours);
      apart.removeIf(name -> told.contains(name) && ours.contains(name));
      throw new IllegalStateException("only one of both has the parameters " + apart);
    }
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(folder);
        Weights weights = Weights.load(torch, graph, type, CheckpointWeights.of(source), 0)) {
      double logits =
          difference(logits(model, graph, weights, torch, type), truth.get("logits"), 0);
      double largest = largest(truth);
      double most = 0;
      String worst = "logits";
      for (StorePolicy policy : StorePolicy.values()) {
        weights.flatGradients().fill(0);
        backward(model, graph, weights, torch, type, policy);
        for (Parameter parameter : graph.trainableParameters()) {
          double difference =
              difference(
                  weights.gradient(parameter.name()).toDoubles(),
                  truth.get("grad." + parameter.name()),
                  isZero(parameter.name()) ? largest : 0);
          if (!(difference <= most)) {
            most = difference;
            worst = parameter.name();
          }
        }
      }
      if (!model.writesTexts()) {
        return new Difference(logits, most, worst, true, true);
      }
      int[] text = greedy(model, graph, weights);
      return new Difference(
          logits,
          most,
          worst,
          Arrays.equals(text, ints(json.get("greedy_uncached"))),
          Arrays.equals(text, ints(json.get("greedy_cached"))));
    }
  }

  private Set<String> tensors() throws IOException {
    try (CheckpointSource source = CheckpointFolder.open(folder)) {
      return Set.copyOf(source.names());
    }
  }

  private double[] logits(TaskModel model, Graph graph, Weights weights, Torch torch, DType type) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    HostBatch scored = model.writesTexts() ? TokenBatches.scored(sequences()) : classified(model);
    try (Batch batch = scored.upload(torch, type);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  private List<int[]> sequences() {
    List<int[]> ids = new ArrayList<>();
    json.get("sequences").forEach(sequence -> ids.add(ints(sequence)));
    return ids;
  }

  private HostBatch classified(TaskModel model) {
    List<int[]> ids = sequences();
    List<int[]> types = ids.stream().map(sequence -> new int[sequence.length]).toList();
    return TokenBatches.classified(
        model.input().tokens().orElseThrow(), ids, types, ints(json.get("classes")));
  }

  private HostBatch causal() {
    List<LabelledTokens> examples = new ArrayList<>();
    for (int i = 0; i < json.get("sequences").size(); i++) {
      examples.add(
          new LabelledTokens(ints(json.get("sequences").get(i)), ints(json.get("labels").get(i))));
    }
    return TokenBatches.causal(examples);
  }

  /** What the loss is the mean over: learned tokens, or sequences. */
  private long labels(TaskModel model) {
    if (!model.writesTexts()) {
      return json.get("classes").size();
    }
    long count = 0;
    for (JsonNode row : json.get("labels")) {
      count += Arrays.stream(ints(row)).filter(t -> t != LabelledTokens.IGNORED).count();
    }
    return count;
  }

  private void backward(
      TaskModel model, Graph graph, Weights weights, Torch torch, DType type, StorePolicy policy) {
    HostBatch labelled = model.writesTexts() ? causal() : classified(model);
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    PassOptions options = new PassOptions(1.0 / labels(model), 0, true);
    try (Batch batch = labelled.upload(torch, type);
        Pass pass = Pass.run(plan, weights, batch, options)) {
      double loss = pass.value(TaskModel.LOSS).toDoubles()[0];
      double told = json.get("loss").asDouble();
      if (!(Math.abs(loss - told) <= 1e-4 * told)) {
        throw new IllegalStateException("loss " + loss + ", transformers' " + told);
      }
    }
  }

  private int[] greedy(TaskModel model, Graph graph, Weights weights) throws IOException {
    int[] prompt = ints(json.get("prompt"));
    Tokenizer tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"));
    SpecialTokens endless = new SpecialTokens(OptionalInt.empty(), OptionalInt.empty(), Set.of());
    int length = json.get("greedy_uncached").size();
    return new TextGenerator(
            graph, weights, model.input().tokens().orElseThrow(), tokenizer, endless)
        .generate(prompt, length - prompt.length, Sampler.greedy(), piece -> {})
        .ids();
  }

  /** The largest number of all gradients. */
  private static double largest(Map<String, double[]> truth) {
    return truth.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("grad."))
        .flatMapToDouble(entry -> Arrays.stream(entry.getValue()))
        .map(Math::abs)
        .max()
        .orElse(0);
  }

  private boolean isZero(String parameter) {
    double most = Arrays.stream(exact.get("grad." + parameter)).map(Math::abs).max().orElse(0);
    return most < ZERO * largest(exact);
  }

  /** In their type from end to end: norms and softmax do not round a float64 model to float32. */
  private static Graph exact(Graph graph) {
    return graph.edit().replaceAll(Compare::exact).build();
  }

  private static Edge exact(Edge edge) {
    if (edge.op() instanceof RmsNorm norm) {
      return edge.withOp(
          new RmsNorm(norm.eps(), false, norm.fromOne(), norm.headDim()), edge.parameters());
    }
    if (edge.op() instanceof Attention a) {
      return edge.withOp(
          new Attention(a.edge(), a.heads(), a.keyValueHeads(), a.headDim(), a.rule(), false),
          edge.parameters());
    }
    return edge;
  }

  /**
   * The largest difference, relative to the largest number that is told, or to {@code floor} if
   * that is more.
   */
  private static double difference(double[] ours, double[] told, double floor) {
    if (ours.length != told.length) {
      throw new IllegalStateException(ours.length + " numbers, told " + told.length);
    }
    double most = 0;
    double largest = floor;
    for (int i = 0; i < told.length; i++) {
      double apart = Math.abs(ours[i] - told[i]);
      if (!(apart <= most)) {
        most = apart;
      }
      largest = Math.max(largest, Math.abs(told[i]));
    }
    return most == 0 ? 0 : most / largest;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }
}
