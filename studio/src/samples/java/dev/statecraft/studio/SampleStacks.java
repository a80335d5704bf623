package dev.statecraft.studio;

import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Linear;
import java.util.List;
import java.util.Map;

/** Two stacks of two layers, of which the second's have a block more. */
public final class SampleStacks {
  private static final int HIDDEN = 8;

  private SampleStacks() {}

  /** The frozen graph. */
  public static Graph graph() {
    GraphBuilder builder = new GraphBuilder();
    State x = builder.input("x", Shape.tokens(HIDDEN), Precision.COMPUTE);
    for (int i = 0; i < 4; i++) {
      String stack = i < 2 ? "encoder" : "decoder";
      String prefix = stack + ".layers." + i % 2 + ".";
      builder.inLayer(i);
      State middle = block(builder, prefix + "attn", x);
      State crossed = i < 2 ? middle : block(builder, prefix + "cross_attn", middle);
      State output = block(builder, prefix + "mlp", crossed);
      builder.layer(
          new Layer(
              i,
              stack,
              i < 2
                  ? List.of(of("attn", prefix, x, middle), of("mlp", prefix, middle, output))
                  : List.of(
                      of("attn", prefix, x, middle),
                      of("cross_attn", prefix, middle, crossed),
                      of("mlp", prefix, crossed, output)),
              Map.of("fc", prefix + "mlp_output"),
              "model." + prefix));
      x = output;
    }
    return builder.build();
  }

  private static State block(GraphBuilder builder, String name, State x) {
    Parameter weight = Parameter.base(name + ".weight", HIDDEN, HIDDEN);
    State delta = builder.edge(name + "_output", new Linear(false), List.of(x), weight);
    return builder.edge(name + "_sum", new Add(), List.of(x, delta));
  }

  private static Block of(String name, String prefix, State input, State output) {
    return new Block(name, input.name(), output.name(), prefix + name + "_output");
  }
}
