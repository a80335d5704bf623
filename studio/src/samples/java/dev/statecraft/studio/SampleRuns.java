package dev.statecraft.studio;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.run.RunView;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.StepMemory;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.metric.ConfusionMatrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Finished runs made up for tests of what shows them. */
public final class SampleRuns {
  private SampleRuns() {}

  /** A small classification recipe. */
  public static Recipe recipe(String method, Path output) {
    String yaml =
        """
        model: builtin:minilm
        method: %s
        data: {train: train.csv}
        task: classification
        output: %s
        """
            .formatted(method, output.toString().replace('\\', '/'));
    return Recipe.parse(yaml, "sample.yaml", "sample", List.of(), output);
  }

  /** A run of some steps with an evaluation every 40. */
  public static RunResult run(String method, int steps, double speed, Path output) {
    Random random = new Random(method.hashCode());
    List<StepMetrics> metrics = new ArrayList<>();
    List<Evaluation> evaluations = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      double loss = 0.25 + 1.9 * Math.exp(-speed * step / steps) + 0.12 * random.nextGaussian();
      double rate = 1e-3 * Math.min(step / 12.0, (steps - step) / (steps - 12.0));
      metrics.add(
          new StepMetrics(
              step,
              step / 40.0,
              Math.max(0.05, loss),
              rate,
              1 + random.nextDouble(),
              640,
              3200,
              52_000_000));
      if (step % 40 == 0) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy", 0.95 - 0.7 * Math.exp(-speed * step / steps));
        values.put("macro_f1", 0.94 - 0.7 * Math.exp(-speed * step / steps));
        values.put("loss", 0.3 + Math.exp(-speed * step / steps));
        evaluations.add(new Evaluation(step, step / 40.0, values));
      }
    }
    Optional<Evaluation> last =
        evaluations.isEmpty()
            ? Optional.empty()
            : Optional.of(evaluations.get(evaluations.size() - 1));
    Map<String, Long> memory = new LinkedHashMap<>();
    memory.put("weights", 90_200_000L);
    memory.put("control_parameters", 221_184L);
    memory.put("gradients", 221_184L);
    memory.put("optimizer_moments", 442_368L);
    memory.put("stored_states", (long) (9_000_000 * speed));
    memory.put("workspace", 6_500_000L);
    memory.put("data", 51_200L);
    MemoryUse use =
        new MemoryUse(memory.values().stream().mapToLong(Long::longValue).sum(), memory, 1024);
    Summary summary =
        new Summary(
            Summary.Status.FINISHED,
            method,
            55_296,
            steps,
            31.4 * speed / 5,
            3210.4,
            last,
            last,
            "cheap",
            use,
            Optional.of(
                new StepMemory(
                    use,
                    List.of(
                        new StepMemory.Moment("forward layer 0", use),
                        new StepMemory.Moment("backward layer 0", use)),
                    Map.of("0", Map.of("layers.0.middle", 512L)))),
            Optional.of(611_000_000L),
            2,
            Map.of(),
            1e-3,
            Optional.empty(),
            "none");
    return new RunResult(recipe(method, output.resolve(method)), summary, metrics, evaluations);
  }

  /** All that a report has of a finished run, with everything that there can be. */
  public static RunView view(RunResult run) {
    Graph graph =
        Methods.parse("double-control")
            .tuning(SampleGraph.model().defaults())
            .apply(SampleGraph.graph());
    return new RunView(
        run.recipe(),
        run.summary().trainableParameters(),
        run.steps().size(),
        Optional.empty(),
        run.steps(),
        run.evaluations(),
        List.of("step 12: loss 9.1 stands out", "<b>not bold</b>"),
        List.of(
            new Exhibit.TunedGraph(graph, Set.of("layers.1.middle@1", "layers.0.output")),
            new Exhibit.Confusion(
                ConfusionMatrix.of(
                    new int[] {0, 0, 0, 1, 1, 2, 2, 3}, new int[] {0, 0, 2, 1, 1, 2, 0, 3}, 4),
                List.of("bug", "praise", "question", "<other>")),
            new Exhibit.Samples(
                List.of(
                    new Exhibit.Sample(
                        "Name a river.", "The Rhine.", Optional.of("river river"), "The Rhine"),
                    new Exhibit.Sample("Once", " upon", Optional.empty(), " upon a time"))),
            new Exhibit.Origin(Map.of("Java", "17", "Command", "train -c a.yaml"))),
        Optional.empty(),
        Optional.of(run.summary()));
  }
}
