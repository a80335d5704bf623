package dev.statecraft.studio.engine;

import dev.statecraft.adapters.combine.method.EdgeInputs;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads what enters edges where a run's own examples go through its own model: so many rows, evenly
 * spread over tokens of {@value #EXAMPLES} training examples that are evenly spread over all.
 */
final class EdgeInputReader implements AutoCloseable {
  private static final int EXAMPLES = 64;
  private static final int AT_ONCE = 8;

  private final Map<String, String> states;
  private final int rows;
  private final Torch torch;
  private final List<Map<String, Tensor>> byRun = new ArrayList<>();

  /**
   * A reader.
   *
   * @param states the state that enters an edge, by the edge
   * @param rows of each
   */
  EdgeInputReader(Map<String, String> states, int rows, Torch torch) {
    this.states = states;
    this.rows = rows;
    this.torch = torch;
  }

  /** Reads the next run's. */
  void read(
      Recipe recipe, PretrainedModel model, Path adapter, Inputs inputs, Consumer<String> notes)
      throws IOException {
    Map<String, Tensor> found = new HashMap<>();
    byRun.add(found);
    Preparation prepared =
        Preparation.of(recipe, model, inputs, notes, Preparation.Purpose.RESUMING);
    ExampleSet examples = prepared.training().orElseThrow();
    Set<String> wanted = new LinkedHashSet<>(states.values());
    try (Tuned tuned =
            Tuned.of(
                model,
                prepared.family(),
                prepared.keepsHead(),
                Optional.of(adapter),
                inputs.functions());
        Weights weights = tuned.weights(torch, recipe.train().dtype(), recipe.quantize())) {
      StatePlan plan = StatePlan.inference(tuned.graph(), wanted);
      Map<String, List<Tensor>> parts = new HashMap<>();
      try {
        List<Integer> chosen = spread(examples.size(), EXAMPLES);
        for (int start = 0; start < chosen.size(); start += AT_ONCE) {
          add(
              parts,
              plan,
              weights,
              examples,
              chosen.subList(start, Math.min(chosen.size(), start + AT_ONCE)),
              chosen.size());
        }
        parts.forEach((state, list) -> found.put(state, joined(list)));
      } finally {
        parts.values().forEach(list -> list.forEach(Tensor::close));
      }
    }
  }

  private void add(
      Map<String, List<Tensor>> parts,
      StatePlan plan,
      Weights weights,
      ExampleSet examples,
      List<Integer> chosen,
      int all) {
    int share = (int) Math.min(rows, ((long) rows * chosen.size() + all - 1) / all);
    try (Batch batch = examples.batch(torch, weights.computeType(), chosen);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE);
        Scope scope = torch.scope()) {
      for (String state : plan.kept()) {
        parts
            .computeIfAbsent(state, key -> new ArrayList<>())
            .add(some(pass.value(state), share).copyTo(DType.FLOAT32).escape());
      }
    }
  }

  private Tensor joined(List<Tensor> parts) {
    try (Scope scope = torch.scope()) {
      return some(Tensor.cat(0, parts.toArray(Tensor[]::new)), rows).escape();
    }
  }

  /** At most so many rows, evenly spread. */
  private Tensor some(Tensor all, int most) {
    List<Integer> chosen = spread(Math.toIntExact(all.size(0)), most);
    Tensor index =
        torch.of(DType.INT64, chosen.stream().mapToDouble(row -> row).toArray(), chosen.size());
    return all.indexSelect(0, index);
  }

  /** At most so many of the first numbers, evenly spread. */
  private static List<Integer> spread(int of, int most) {
    int count = Math.min(of, most);
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add((int) ((long) i * of / count));
    }
    return chosen;
  }

  /** What was read. */
  EdgeInputs inputs() {
    return (edge, run) -> byRun.get(run).get(states.get(edge)).copyTo(DType.FLOAT64);
  }

  @Override
  public void close() {
    byRun.forEach(states -> states.values().forEach(Tensor::close));
  }
}
