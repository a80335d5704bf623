package dev.statecraft.studio;

import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Linear;
import dev.statecraft.studio.engine.InspectedModel;
import dev.statecraft.studio.recipe.ModelDefaults;
import java.util.List;
import java.util.Map;

/** Two residual layers of one linear per block and a head: enough for every method to attach. */
public final class SampleGraph {
  /** Features of every state but the last. */
  public static final int HIDDEN = 8;

  /** Classes. */
  public static final int LABELS = 3;

  private SampleGraph() {}

  /** The graph with habits like LLaMA's. */
  public static InspectedModel model() {
    ModelDefaults defaults =
        new ModelDefaults(
            List.of("q_proj", "up_proj"), List.of("q_proj"), Initializer.KAIMING, false);
    return new InspectedModel("sample", graph(), defaults);
  }

  /** The frozen graph. */
  public static Graph graph() {
    GraphBuilder builder = new GraphBuilder();
    State state = builder.input("x", Shape.tokens(HIDDEN), Precision.COMPUTE);
    state = builder.edge("embedding", new Linear(false), List.of(state), weight("embed"));
    for (int i = 0; i < 2; i++) {
      String prefix = "layers." + i + ".";
      builder.inLayer(i);
      State q =
          builder.edge(prefix + "q", new Linear(false), List.of(state), weight(prefix + "q_proj"));
      State middle = builder.edge(prefix + "middle", new Add(), List.of(state, q));
      State up =
          builder.edge(
              prefix + "up", new Linear(false), List.of(middle), weight(prefix + "up_proj"));
      State output = builder.edge(prefix + "output", new Add(), List.of(middle, up));
      builder.layer(
          new Layer(
              i,
              List.of(Block.attention(state, middle, q), Block.mlp(middle, output, up)),
              Map.of("q_proj", q.name(), "up_proj", up.name()),
              "model.layers." + i));
      state = output;
    }
    builder.inLayer(-1);
    builder.edge(
        "logits",
        new Linear(false),
        List.of(state),
        Parameter.head("classifier.weight", Initializer.KAIMING, LABELS, HIDDEN));
    return builder.build();
  }

  private static Parameter weight(String module) {
    return Parameter.base(module + ".weight", HIDDEN, HIDDEN);
  }
}
