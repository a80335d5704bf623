package dev.statecraft.training.engine;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.CausalLmLoss;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.core.op.LayerNorm;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.op.SelectRows;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.HostBatch.Value;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An encoder with a decoder after BART (Lewis et al. 2020): post-norm blocks, one table for the
 * tokens of both sides and the output head, a source's tokens along one axis and a target's along
 * another. What a family of its kind would look like.
 */
final class SmallEncoderDecoder {
  static final int HIDDEN = 8;
  static final int VOCABULARY = 13;
  private static final int HEADS = 2;
  private static final int LAYERS = 2;
  private static final int POSITIONS = 12;

  /** Lengths of sources and of targets. */
  private static final int[] SOURCES = {5, 2, 9, 4};

  private static final int[] TARGETS = {3, 7, 1, 4};

  private final GraphBuilder graph = new GraphBuilder();
  private final Parameter words = Parameter.base("model.shared.weight", VOCABULARY, HIDDEN);
  private int index;

  private SmallEncoderDecoder() {}

  static Graph graph() {
    return new SmallEncoderDecoder().built();
  }

  private Graph built() {
    State source = stack("encoder", Axis.SOURCE_TOKENS, null);
    State target = stack("decoder", Axis.TOKENS, source);
    State positions = graph.input("label_positions", Shape.of(Axis.LABELS), Precision.INDEX);
    State ids = graph.input("label_ids", Shape.of(Axis.LABELS), Precision.INDEX);
    State chosen = graph.edge("selected", new SelectRows(), List.of(target, positions));
    graph.edge(TaskModel.LOGITS, new Linear(false), List.of(chosen), words);
    graph.edge(TaskModel.LOSS, new CausalLmLoss(4), List.of(target, positions, ids), words);
    return graph.build();
  }

  /** Embeddings and layers; with what the encoder leaves, those of the decoder. */
  private State stack(String name, Axis axis, State source) {
    State ids = graph.input(name + ".token_ids", Shape.of(axis), Precision.INDEX);
    State positions = graph.input(name + ".positions", Shape.of(axis), Precision.INDEX);
    String module = "model." + name;
    State x = graph.edge(name + ".words", new Embedding(), List.of(ids), words);
    Parameter places = Parameter.base(module + ".embed_positions.weight", POSITIONS, HIDDEN);
    State placed = graph.edge(name + ".places", new Embedding(), List.of(positions), places);
    State sum = graph.edge(name + ".placed_words", new Add(), List.of(x, placed));
    x = norm(name + ".embeddings", sum, module + ".layernorm_embedding");
    for (int i = 0; i < LAYERS; i++) {
      graph.inLayer(index);
      x = new LayerBuilder(name, i).layer(x, source);
      graph.inLayer(-1);
    }
    return x;
  }

  private State norm(String state, State x, String module) {
    return graph.edge(
        state,
        new LayerNorm(1e-5),
        List.of(x),
        Parameter.base(module + ".weight", HIDDEN),
        Parameter.base(module + ".bias", HIDDEN));
  }

  /** One layer: attention, across to the source if there is one, and the MLP. */
  private final class LayerBuilder {
    private final String stack;
    private final String prefix;
    private final String module;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<String, String> projections = new LinkedHashMap<>();

    LayerBuilder(String stack, int number) {
      this.stack = stack;
      prefix = stack + ".layers." + number + ".";
      module = "model." + stack + ".layers." + number;
    }

    State layer(State input, State source) {
      State x = input;
      State own = attention("attn", "self_attn.", x, x, source != null);
      x = leave(Block.ATTENTION, x, own, source == null ? "middle" : "after_attn", "self_attn");
      if (source != null) {
        State across = attention("cross_attn", "encoder_attn.", x, source, false);
        x = leave(Block.CROSS_ATTENTION, x, across, "after_cross_attn", "encoder_attn");
      }
      State wide = linear("wide", x, "fc1", 2 * HIDDEN);
      Activation gelu = new Activation(Activation.Kind.GELU);
      State activated = graph.edge(prefix + "activated", gelu, List.of(wide));
      x = leave(Block.MLP, x, linear("mlp_output", activated, "fc2", HIDDEN), "output", "final");
      graph.layer(new Layer(index++, stack, blocks, projections, module));
      return x;
    }

    /** What a block adds, summed up and normed. */
    private State leave(String block, State x, State delta, String name, String normed) {
      State sum = graph.edge(prefix + block + "_sum", new Add(), List.of(x, delta));
      State output = norm(prefix + name, sum, module + "." + normed + "_layer_norm");
      blocks.add(Block.of(block, x, output, delta));
      return output;
    }

    private State attention(String name, String part, State x, State seen, boolean causal) {
      State q = linear(name + "_q", x, part + "q_proj", HIDDEN);
      State k = linear(name + "_k", seen, part + "k_proj", HIDDEN);
      State v = linear(name + "_v", seen, part + "v_proj", HIDDEN);
      String edge = prefix + name + "_attended";
      Attention op = new Attention(edge, HEADS, HEADS, HIDDEN / HEADS, causal);
      State attended = graph.edge(edge, op, List.of(q, k, v));
      return linear(name + "_output", attended, part + "out_proj", HIDDEN);
    }

    private State linear(String name, State x, String part, long out) {
      State y =
          graph.edge(
              prefix + name,
              new Linear(true),
              List.of(x),
              Parameter.base(module + "." + part + ".weight", out, x.shape().features()),
              Parameter.base(module + "." + part + ".bias", out));
      projections.put(part.replace("self_attn.", ""), y.name());
      return y;
    }
  }

  /** Tokens whose next one is to be told: all of the targets but their last. */
  static int labels() {
    return Arrays.stream(TARGETS).map(length -> length - 1).sum();
  }

  /** Pairs of all lengths. */
  static HostBatch batch() {
    return batch(0);
  }

  /** The same with other tokens in the first source. */
  static HostBatch batch(int change) {
    Layout sources = Layout.ofLengths(SOURCES);
    Layout targets = Layout.ofLengths(TARGETS);
    int[] sourceIds = ids(sources, 3);
    Arrays.setAll(
        sourceIds, t -> t < SOURCES[0] ? (sourceIds[t] + change) % VOCABULARY : sourceIds[t]);
    int[] targetIds = ids(targets, 5);
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < targets.sequences(); i++) {
      for (int t = 0; t < targets.length(i) - 1; t++) {
        rows.add(targets.offset(i) + t);
      }
    }
    int[] labels = rows.stream().mapToInt(row -> targetIds[row + 1]).toArray();
    Map<String, Value> values =
        Map.of(
            "encoder.token_ids", Value.indices(sourceIds),
            "encoder.positions", Value.indices(positions(sources)),
            "decoder.token_ids", Value.indices(targetIds),
            "decoder.positions", Value.indices(positions(targets)),
            "label_positions", Value.indices(rows.stream().mapToInt(row -> row).toArray()),
            "label_ids", Value.indices(labels));
    Extents extents =
        Extents.of(targets).with(Axis.SOURCE_TOKENS, sources).with(Axis.LABELS, labels.length);
    return new HostBatch(extents, values);
  }

  private static int[] ids(Layout layout, int factor) {
    int[] ids = new int[layout.tokens()];
    Arrays.setAll(ids, t -> (t * factor + t / 4) % VOCABULARY);
    return ids;
  }

  private static int[] positions(Layout layout) {
    int[] owner = layout.sequenceOfToken();
    int[] positions = new int[layout.tokens()];
    Arrays.setAll(positions, t -> t - layout.offset(owner[t]));
    return positions;
  }
}
