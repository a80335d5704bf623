import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.AdapterFormat;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.engine.AdapterSource;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ExportRequest;
import dev.statecraft.studio.engine.MergeRequest;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory.Existing;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * LoRA and DoubleControl trained on models of {@code truth.py}: once in one go, and once cancelled
 * and gone on with, which must come to the same bytes; then exported (in PEFT's format and merged;
 * in ours and as edges between modules), with logits in float64 beside. {@code adapters.py}
 * computes those again.
 *
 * <p>Run from the repository's root, the library's classes on the class path, by {@code java -cp
 * CLASSPATH tools/families/Adapters.java CASES OUT NAME ...}; a NAME is a folder of CASES. For each
 * there are in OUT {@code NAME.METHOD.whole} and {@code .parts} (runs), {@code .export}, {@code
 * .merged} or {@code .stateft}, and {@code .logits}, a line for each token of {@code prompts.txt}.
 */
public final class Adapters {
  private static final int STEPS = 40;
  private static final int CANCELLED = 17;
  private static final int VOCABULARY = 96;

  private final Engine engine = new ModelEngine();
  private final Path cases;
  private final Path out;
  private final List<int[]> prompts = new ArrayList<>();

  private Adapters(Path cases, Path out) throws IOException {
    this.cases = cases.toAbsolutePath();
    this.out = Files.createDirectories(out).toAbsolutePath();
    texts();
  }

  /** Trains, exports and computes. */
  public static void main(String[] arguments) throws IOException {
    Adapters adapters = new Adapters(Path.of(arguments[0]), Path.of(arguments[1]));
    for (String name : Arrays.asList(arguments).subList(2, arguments.length)) {
      for (String method : List.of("lora", "double-control")) {
        try {
          System.out.println(name + " " + method + ": " + adapters.one(name, method));
        } catch (RuntimeException e) {
          System.out.println(name + " " + method + ": " + e);
        }
      }
    }
  }

  /** Texts of random words, of lengths on both sides of windows and original contexts. */
  private void texts() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    try (PrintWriter rows = new PrintWriter(out.resolve("texts.jsonl").toFile())) {
      for (int i = 0; i < 48; i++) {
        rows.println("{\"text\": \"" + words(draw(random, random.nextInt(6, 40))) + "\"}");
      }
    }
    try (PrintWriter lines = new PrintWriter(out.resolve("prompts.txt").toFile())) {
      for (int length : new int[] {3, 9, 17, 40}) {
        prompts.add(draw(random, length));
        lines.println(words(prompts.get(prompts.size() - 1)));
      }
    }
  }

  private static int[] draw(SplittableRandom random, int length) {
    return random.ints(length, 3, VOCABULARY).toArray();
  }

  private static String words(int[] ids) {
    return Arrays.stream(ids).mapToObj(id -> "w" + id).collect(Collectors.joining(" "));
  }

  private Path made(String name, String method, String kind) {
    return out.resolve(name + "." + method + "." + kind);
  }

  private Recipe recipe(String name, String method, Path run) {
    return Recipe.builder(cases.resolve(name).toString())
        .method(method)
        .set("method.rank", 4)
        .train(out.resolve("texts.jsonl"))
        .set("data.instruction", "text")
        .set("data.validation", "none")
        .set("data.max_length", 48)
        .task(TaskRecipe.CAUSAL_LM)
        .set("train.max_steps", STEPS)
        .set("train.epochs", 100)
        .set("train.batch_size", 6)
        .set("train.dtype", "float32")
        .set("train.learning_rate", 0.01)
        .output(run)
        .build();
  }

  private String one(String name, String method) throws IOException {
    Path whole = made(name, method, "whole");
    Path parts = made(name, method, "parts");
    run(recipe(name, method, whole), Integer.MAX_VALUE);
    run(recipe(name, method, parts), CANCELLED);
    try (TrainingJob job = TrainingJob.resume(engine, parts, JobOptions.SILENT)) {
      job.run();
    }
    Path adapter = parts.resolve("adapter");
    long differ =
        Files.mismatch(
            whole.resolve("adapter").resolve(AdapterFolder.WEIGHTS_FILE),
            adapter.resolve(AdapterFolder.WEIGHTS_FILE));
    AdapterSource source =
        new AdapterSource(adapter, Optional.of(cases.resolve(name).toString()), Optional.empty());
    try (PrintWriter lines = new PrintWriter(made(name, method, "logits").toFile())) {
      logits(cases.resolve(name), adapter).forEach(lines::println);
    }
    if (method.equals("lora")) {
      export(source, AdapterFormat.PEFT, made(name, method, "export"));
      engine.merge(
          new MergeRequest(
              source,
              Optional.of(DType.FLOAT32),
              false,
              Device.CPU,
              made(name, method, "merged"),
              true,
              Optional.empty()));
    } else {
      export(source, AdapterFormat.CONTROL, made(name, method, "export"));
      export(source, AdapterFormat.STATEFT, made(name, method, "stateft"));
    }
    return differ < 0 ? "gone on with, the same bytes" : "gone on with, OTHER BYTES";
  }

  private void run(Recipe recipe, int steps) throws IOException {
    AtomicReference<TrainingJob> running = new AtomicReference<>();
    JobOptions options =
        JobOptions.SILENT.withListener(
            new RunHandler() {
              @Override
              public void step(StepMetrics step) {
                if (step.step() == steps) {
                  running.get().cancel();
                }
              }
            });
    try (TrainingJob job = TrainingJob.begin(engine, recipe, Existing.REPLACE, options)) {
      running.set(job);
      job.run();
      if (steps < STEPS) {
        throw new IllegalStateException("was not cancelled");
      }
    } catch (CancellationException e) {
      if (steps > STEPS) {
        throw e;
      }
    }
  }

  private void export(AdapterSource source, AdapterFormat format, Path to) throws IOException {
    try {
      engine.export(
          new ExportRequest(
              source, Optional.of(format), Optional.empty(), to, true, Optional.empty()));
    } catch (RuntimeException e) {
      System.out.println(to.getFileName() + ": " + e.getMessage());
    }
  }

  private List<String> logits(Path model, Path folder) throws IOException {
    TaskModel family = TaskModel.causalLm(Families.read(model.resolve("config.json")).backbone());
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(model);
        Adapter adapter = AdapterFolder.open(folder)) {
      Graph graph = adapter.graph(family);
      try (Weights weights =
              Weights.load(
                  torch,
                  graph,
                  DType.FLOAT64,
                  adapter.weights(family, CheckpointWeights.of(source)),
                  0);
          Batch batch = TokenBatches.scored(prompts).upload(torch, DType.FLOAT64);
          Pass pass =
              Pass.run(
                  StatePlan.inference(graph, Set.of(TaskModel.LOGITS)),
                  weights,
                  batch,
                  PassOptions.INFERENCE)) {
        double[] values = pass.value(TaskModel.LOGITS).toDoubles();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < values.length; i += VOCABULARY) {
          lines.add(
              Arrays.stream(values, i, i + VOCABULARY)
                  .mapToObj(Double::toString)
                  .collect(Collectors.joining(" ")));
        }
        return lines;
      }
    }
  }
}
