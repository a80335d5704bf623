import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterFolder;
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
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Logits, in float64, of models with the adapters that {@code adapters.sh} trained: for each run
 * {@code OUT/NAME.METHOD.parts} the file {@code OUT/NAME.METHOD.logits}, a line of numbers for each
 * token of {@code OUT/prompts.txt}, whose words are {@code w} and a token's id.
 *
 * <p>{@code java -cp CLASSPATH tools/families/Logits.java CASES OUT NAME.METHOD ...}
 */
public final class Logits {
  private Logits() {}

  /** Writes them. */
  public static void main(String[] arguments) throws IOException {
    Path out = Path.of(arguments[1]);
    List<int[]> prompts = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("prompts.txt"))) {
      prompts.add(
          Arrays.stream(line.split(" ")).mapToInt(w -> Integer.parseInt(w.substring(1))).toArray());
    }
    for (String run : Arrays.asList(arguments).subList(2, arguments.length)) {
      Path model = Path.of(arguments[0], run.substring(0, run.lastIndexOf('.')));
      double[] logits = logits(model, out.resolve(run + ".parts").resolve("adapter"), prompts);
      int tokens = prompts.stream().mapToInt(ids -> ids.length).sum();
      int width = logits.length / tokens;
      try (PrintWriter lines = new PrintWriter(out.resolve(run + ".logits").toFile())) {
        for (int i = 0; i < tokens; i++) {
          lines.println(
              Arrays.stream(logits, i * width, (i + 1) * width)
                  .mapToObj(Double::toString)
                  .collect(Collectors.joining(" ")));
        }
      }
    }
  }

  private static double[] logits(Path model, Path folder, List<int[]> prompts) throws IOException {
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
        return pass.value(TaskModel.LOGITS).toDoubles();
      }
    }
  }
}
