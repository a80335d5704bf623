package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.control.theory.Matrix;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Weights of a real model, and its states on a text, as matrices. */
final class RealStates implements AutoCloseable {
  private final Torch torch = Torch.cpu();
  private final PretrainedModel model;
  private final TaskModel task;
  private final Weights weights;

  RealStates(String name) {
    model = Models.open(name);
    task = model.usual(2, false, Optional.empty());
    Graph graph = task.graph();
    weights = Weights.load(torch, graph, DType.FLOAT32, model.weights(graph), 0);
  }

  int layers() {
    return task.graph().layers().size();
  }

  Torch torch() {
    return torch;
  }

  /**
   * The weight of the linear that makes a state, as rows are multiplied by it: {@code [in, out]}.
   */
  Matrix weightOf(String state) {
    Edge linear = task.graph().producer(state).orElseThrow();
    return matrix(weights.value(linear.parameters().get(0).name())).transpose();
  }

  /** States of all tokens of a text, {@code [tokens, width]} each. */
  Map<String, Matrix> states(String text, Set<String> names) {
    List<int[]> ids = List.of(model.tokenizer().encode(text, true));
    Map<String, Matrix> states = new TreeMap<>();
    try (Batch batch = batch(ids);
        Pass pass =
            Pass.run(
                StatePlan.inference(task.graph(), names), weights, batch, PassOptions.INFERENCE)) {
      names.forEach(name -> states.put(name, matrix(pass.value(name))));
    }
    return states;
  }

  private Batch batch(List<int[]> ids) {
    List<int[]> types = Stream.of(new int[ids.get(0).length]).toList();
    return (model.config().kind() == ModelKind.CAUSAL_LM
            ? TokenBatches.ends(ids)
            : TokenBatches.encoder(task.input().tokens().orElseThrow(), ids, types))
        .upload(torch, weights.computeType());
  }

  private static Matrix matrix(Tensor tensor) {
    double[] values = tensor.toDoubles();
    int columns = Math.toIntExact(tensor.shape()[1]);
    double[][] rows = new double[values.length / columns][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
    return Matrix.of(rows);
  }

  @Override
  public void close() {
    weights.close();
    model.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }
}
