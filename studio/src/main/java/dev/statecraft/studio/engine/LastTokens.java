package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.SelectRows;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What leaves the layers of a causal language model, read where texts end. Of a pass over several
 * texts only the rows of last tokens are kept.
 */
final class LastTokens implements AutoCloseable {
  /** Tokens of a pass, as long as one text has no more. */
  private static final int AT_ONCE = 1024;

  private final Graph graph;
  private final Weights weights;

  /** The state that leaves each layer, by the state of its rows at last tokens. */
  private final Map<String, String> outputs = new LinkedHashMap<>();

  /** Loads a model's weights. */
  LastTokens(Torch torch, Graph model, WeightSource source) {
    List<Edge> edges = new ArrayList<>(model.edges());
    State positions = model.state(InputNames.LABEL_POSITIONS);
    for (Layer layer : model.layers()) {
      State output = model.state(layer.output());
      List<State> inputs = List.of(output, positions);
      SelectRows op = new SelectRows();
      State last =
          new State(output.name() + ".last", op.infer(inputs, List.of()), output.precision());
      edges.add(new Edge(last, op, inputs, List.of(), -1));
      outputs.put(last.name(), output.name());
    }
    graph = new Graph(model.inputs(), edges, model.layers());
    weights = Weights.load(torch, graph, DType.FLOAT32, source, 0).settle();
  }

  /** The mean over texts of what leaves each layer at their last tokens, {@code [hidden]} each. */
  List<double[]> means(List<int[]> texts) {
    StatePlan plan = StatePlan.inference(graph, outputs.keySet());
    List<double[]> sums = new ArrayList<>();
    outputs
        .values()
        .forEach(
            name -> sums.add(new double[Math.toIntExact(graph.state(name).shape().features())]));
    int start = 0;
    while (start < texts.size()) {
      int end = start + 1;
      int tokens = texts.get(start).length;
      while (end < texts.size() && tokens + texts.get(end).length <= AT_ONCE) {
        tokens += texts.get(end).length;
        end++;
      }
      try (Batch batch =
              TokenBatches.ends(texts.subList(start, end))
                  .upload(weights.torch(), weights.computeType());
          Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
        int layer = 0;
        for (String last : outputs.keySet()) {
          add(pass.value(last), sums.get(layer), texts.size());
          layer++;
        }
      }
      start = end;
    }
    return sums;
  }

  /** Adds rows, each divided by how many there are in all. */
  private static void add(Tensor rows, double[] sum, int all) {
    double[] values = rows.toDoubles();
    for (int i = 0; i < values.length; i++) {
      sum[i % sum.length] += values[i] / all;
    }
  }

  /**
   * What leaves the layers at every token of one text, {@code [tokens, hidden]} by state; the
   * caller closes the tensors.
   */
  Map<String, Tensor> outputs(int[] text) {
    StatePlan plan = StatePlan.inference(graph, Set.copyOf(outputs.values()));
    Map<String, Tensor> values = new LinkedHashMap<>();
    try (Batch batch =
            TokenBatches.ends(List.of(text)).upload(weights.torch(), weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      outputs.values().forEach(name -> values.put(name, pass.value(name).copy()));
    }
    return values;
  }

  @Override
  public void close() {
    weights.close();
  }
}
