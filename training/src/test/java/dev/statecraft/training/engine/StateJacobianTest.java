package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.steer.StateJacobian;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Fixtures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateJacobianTest {
  private static final double STEP = 1e-5;
  private static final TinyModel MODEL = TinyModel.of("llama-tiny");

  /** In passes of one copy, of some, where the last is not full, and of all. */
  @ParameterizedTest
  @CsvSource({
    "layers.0.output, layers.1.output, 1",
    "layers.0.output, layers.1.output, 70",
    "layers.0.output, layers.1.output, 100000",
    "layers.0.input, layers.0.output, 70",
    "embeddings, layers.1.middle, 100000"
  })
  void isWhatDifferencesSay(String from, String to, int tokensAtOnce) throws Exception {
    Graph graph = MODEL.graph();
    String entering = from.equals("layers.0.input") ? "embeddings" : from;
    int[] ids = MODEL.tokens(0);
    try (Torch torch = Torch.cpu();
        Weights weights = MODEL.weights(torch, graph);
        CheckpointSource checkpoint = CheckpointFolder.open(Fixtures.file("llama-tiny"))) {
      long before = torch.liveTensors();
      try (Batch batch = TokenBatches.ends(List.of(ids)).upload(torch, DType.FLOAT64);
          Pass pass =
              Pass.run(
                  StatePlan.inference(graph, Set.of(entering, to)),
                  weights,
                  batch,
                  PassOptions.INFERENCE)) {
        Tensor x = pass.value(entering);
        double[][] jacobian =
            StateJacobian.of(graph, entering, to)
                .at(
                    torch,
                    CheckpointWeights.of(checkpoint),
                    DType.FLOAT64,
                    x,
                    copies -> TokenBatches.ends(Collections.nCopies(copies, ids)),
                    tokensAtOnce);
        double[][] differences = differences(torch, graph, weights, batch, entering, to, x);
        assertThat(jacobian).hasDimensions(differences.length, differences[0].length);
        for (int i = 0; i < jacobian.length; i++) {
          for (int j = 0; j < jacobian[i].length; j++) {
            assertThat(jacobian[i][j])
                .as("d %s[%d] / d %s[%d]", to, i, from, j)
                .isCloseTo(differences[i][j], org.assertj.core.data.Offset.offset(1e-6));
          }
        }
      }
      assertThat(torch.liveTensors()).isEqualTo(before);
    }
  }

  /** Central ones, of the graph after the state, which comes with the batch. */
  private static double[][] differences(
      Torch torch, Graph graph, Weights weights, Batch batch, String from, String to, Tensor x) {
    State start = graph.state(from);
    List<State> inputs = new ArrayList<>(graph.inputs());
    inputs.add(start);
    Graph after =
        new Graph(
            inputs,
            graph.edges().stream().filter(edge -> !edge.name().equals(from)).toList(),
            List.of());
    StatePlan plan = StatePlan.inference(after, Set.of(to));
    int width = Math.toIntExact(x.size(1));
    int last = Math.toIntExact(x.size(0)) - 1;
    double[][] columns = new double[width][];
    for (int j = 0; j < width; j++) {
      double[] up = moved(torch, plan, weights, batch, from, to, x, last * width + j, STEP);
      double[] down = moved(torch, plan, weights, batch, from, to, x, last * width + j, -STEP);
      columns[j] = new double[up.length];
      for (int i = 0; i < up.length; i++) {
        columns[j][i] = (up[i] - down[i]) / (2 * STEP);
      }
    }
    double[][] rows = new double[columns[0].length][width];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < width; j++) {
        rows[i][j] = columns[j][i];
      }
    }
    return rows;
  }

  private static double[] moved(
      Torch torch,
      StatePlan plan,
      Weights weights,
      Batch batch,
      String from,
      String to,
      Tensor x,
      int element,
      double step) {
    try (Scope scope = torch.scope()) {
      double[] values = x.toDoubles();
      values[element] += step;
      Map<String, Tensor> states = new HashMap<>(batch.states());
      states.put(from, torch.of(DType.FLOAT64, values, x.shape()));
      try (Pass pass =
          Pass.run(plan, weights, new Batch(batch.extents(), states), PassOptions.INFERENCE)) {
        Tensor reached = pass.value(to);
        return reached.narrow(0, reached.size(0) - 1, 1).toDoubles();
      }
    }
  }

  @Test
  void refusesWhatDoesNotFollow() {
    assertThatThrownBy(() -> StateJacobian.of(MODEL.graph(), "layers.1.output", "layers.0.output"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("computed from 'layers.1.output', found 'layers.0.output'");
  }
}
