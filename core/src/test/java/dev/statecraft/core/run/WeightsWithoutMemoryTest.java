package dev.statecraft.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Glu;
import dev.statecraft.core.op.Linear;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Weights that there is no memory for leave nothing of what there was memory for. */
class WeightsWithoutMemoryTest {
  private static final int WIDTH = 8;

  /** Times the width, four pebibytes: more than a process can have. */
  private static final long TOO_MANY = 1L << 47;

  private final Torch torch = Torch.cpu();

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.liveBytes()).isZero();
    torch.close();
  }

  /** A gated block, whose first two linears are fused, and a linear. */
  private static Graph graph(long last) {
    GraphBuilder graph = new GraphBuilder();
    State x = graph.input("x", Shape.sequences(WIDTH), Precision.COMPUTE);
    graph.inLayer(0);
    State one = linear(graph, "one", x, WIDTH);
    State two = linear(graph, "two", x, WIDTH);
    State gated = graph.edge("gated", new Glu(), List.of(one, two));
    State sum = graph.edge("sum", new Add(), List.of(x, gated));
    graph.layer(
        new Layer(
            0,
            List.of(Block.mlp(x, sum, gated)),
            Map.of("one", one.name(), "two", two.name()),
            "layers.0"));
    graph.inLayer(-1);
    linear(graph, "last", sum, last);
    Graph built = graph.build();
    assertThat(EndToEnd.of(built, Set.of())).hasSize(1);
    return built;
  }

  private static State linear(GraphBuilder graph, String name, State from, long outputs) {
    return graph.edge(
        name, new Linear(false), List.of(from), Parameter.base(name + ".weight", outputs, WIDTH));
  }

  @Test
  void theirOwnAreFreed() {
    assertThatThrownBy(() -> Weights.random(torch, graph(TOO_MANY), DType.FLOAT32, 1))
        .isInstanceOf(OutOfMemoryException.class);
  }

  /** A source that gives out after some weights. */
  private record Broken(String lacks) implements WeightSource {
    @Override
    public boolean has(String name) {
      return true;
    }

    @Override
    public void read(String name, Tensor target) {
      if (name.equals(lacks)) {
        throw new IllegalStateException("cannot read " + name);
      }
      target.zero();
    }
  }

  @Test
  void sharedOnesAreFreed() {
    for (long last : new long[] {WIDTH, TOO_MANY}) {
      for (String lacks : List.of("two.weight", "last.weight")) {
        Graph graph = graph(last);
        Broken source = new Broken(lacks);
        try (FrozenWeights frozen =
            new FrozenWeights(torch, graph, DType.FLOAT32, Quantization.NONE, source)) {
          assertThatThrownBy(() -> frozen.open(graph, source, 0))
              .isInstanceOfAny(IllegalStateException.class, OutOfMemoryException.class);
        }
        assertThat(torch.liveTensors()).as("%s of %s", lacks, last).isZero();
      }
    }
  }
}
