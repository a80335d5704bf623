package dev.statecraft.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Linear;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomWeightsTest {
  private static final int ROWS = 2200;
  private static final int COLUMNS = 1000;

  @Test
  void aLargeWeightRepeatsAMillionNumbersToItsEnd() {
    GraphBuilder graph = new GraphBuilder();
    State x = graph.input("x", Shape.sequences(COLUMNS), Precision.COMPUTE);
    graph.edge("y", new Linear(false), List.of(x), Parameter.base("w", ROWS, COLUMNS));
    int period = 1_048_573;
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph.build(), DType.FLOAT32, 0);
        Tensor flat = weights.value("w").reshape(-1)) {
      float[] values = flat.toFloats();
      double squares = 0;
      for (int i = 0; i < period; i++) {
        squares += values[i] * values[i];
      }
      assertThat(Math.sqrt(squares / period)).isBetween(0.0198, 0.0202);
      for (int i = period; i < values.length; i++) {
        assertThat(values[i]).isEqualTo(values[i - period]);
      }
    }
  }
}
