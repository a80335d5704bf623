package dev.statecraft.models.family.decoder;

import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.Columns;
import dev.statecraft.core.op.Glu;
import dev.statecraft.core.op.RmsNorm;
import dev.statecraft.core.op.Rotary;
import dev.statecraft.core.op.Scale;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.tensor.kernel.AttentionRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds layers of a decoder: attention and MLP, each around a norm, each added to the residual
 * stream.
 */
final class DecoderLayer {
  private final GraphBuilder graph;
  private final Blocks blocks;
  private final DecoderConfig config;
  private final DecoderSizes sizes;
  private final RmsNorm norm;

  DecoderLayer(GraphBuilder graph, DecoderConfig config) {
    this.graph = graph;
    this.config = config;
    blocks = new Blocks(graph);
    sizes = config.sizes();
    norm = new RmsNorm(config.norms().eps(), true, config.norms().fromOne(), 0);
  }

  /** Queries, keys and values, {@code [tokens, heads * head_dim]} each. */
  private record Projected(State q, State k, State v) {}

  /**
   * Builds a layer.
   *
   * @param table cosines and sines, if the layer has rotary positions
   */
  State build(int index, State input, Optional<State> table) {
    String name = "layers." + index + ".";
    String module = "model.layers." + index;
    Map<String, String> projections = new LinkedHashMap<>();
    boolean sandwich = config.norms().sandwich();

    State normed = norm(name + "attn_norm", input, module + ".input_layernorm");
    State attended = attention(index, normed, table, projections);
    State attnOutput =
        linear(
            name + "attn_output",
            attended,
            module + ".self_attn.",
            "o_proj",
            sizes.hiddenSize(),
            config.attention().outputBias(),
            projections);
    State attnDelta = delta(name + "attn", attnOutput, module + ".post_attention_layernorm");
    State middle = graph.edge(name + "middle", new Add(), List.of(input, attnDelta));

    State mlpNormed =
        norm(
            name + "mlp_norm",
            middle,
            module + (sandwich ? ".pre_feedforward_layernorm" : ".post_attention_layernorm"));
    State mlpOutput = mlp(index, mlpNormed, projections);
    State mlpDelta = delta(name + "mlp", mlpOutput, module + ".post_feedforward_layernorm");
    State output = graph.edge(name + "output", new Add(), List.of(middle, mlpDelta));

    graph.layer(
        new Layer(
            index,
            List.of(Block.attention(input, middle, attnDelta), Block.mlp(middle, output, mlpDelta)),
            projections,
            module));
    return output;
  }

  /** What a block adds to the residual stream: its output, normed or scaled in some families. */
  private State delta(String name, State output, String module) {
    State x = config.norms().sandwich() ? norm(name + "_normed", output, module) : output;
    double residual = config.scales().residual();
    return residual == 1 ? x : graph.edge(name + "_scaled", new Scale(residual, false), List.of(x));
  }

  private State attention(
      int index, State x, Optional<State> table, Map<String, String> projections) {
    String name = "layers." + index + ".";
    String module = "model.layers." + index + ".self_attn.";
    DecoderAttention attention = config.attention();
    Projected projected = projected(name, x, module, projections);
    State q = placed(name + "q", projected.q(), module + "q_norm", table);
    State k = placed(name + "k", projected.k(), module + "k_norm", table);
    AttentionRule rule =
        new AttentionRule(
            true, config.layers().get(index).window(), attention.scale(), attention.cap());
    return graph.edge(
        name + "attention",
        new Attention(
            name + "attention",
            sizes.numAttentionHeads(),
            sizes.numKeyValueHeads(),
            sizes.headDim(),
            rule,
            true),
        List.of(q, k, projected.v()));
  }

  private Projected projected(
      String name, State x, String module, Map<String, String> projections) {
    int queries = sizes.queries();
    int keys = sizes.keys();
    boolean bias = config.attention().inputBias();
    if (config.attention().joined()) {
      State joined =
          linear(name + "qkv", x, module, "qkv_proj", queries + 2L * keys, bias, projections);
      return new Projected(
          columns(name + "q", joined, 0, queries),
          columns(name + "k", joined, queries, keys),
          columns(name + "v", joined, queries + keys, keys));
    }
    return new Projected(
        linear(name + "q", x, module, "q_proj", queries, bias, projections),
        linear(name + "k", x, module, "k_proj", keys, bias, projections),
        linear(name + "v", x, module, "v_proj", keys, bias, projections));
  }

  private State columns(String name, State x, int from, int count) {
    return graph.edge(name, new Columns(from, count), List.of(x));
  }

  /** Queries or keys, normed by heads and turned by their positions where the layer does so. */
  private State placed(String name, State x, String module, Optional<State> table) {
    State normed =
        config.attention().headNorms()
            ? graph.edge(
                name + "_normed",
                norm.ofHeads(sizes.headDim()),
                List.of(x),
                Parameter.base(module + ".weight", sizes.headDim()))
            : x;
    return table
        .map(
            t ->
                graph.edge(
                    name + "_rotated",
                    new Rotary(sizes.headDim(), Math.toIntExact(t.shape().features())),
                    List.of(normed, t)))
        .orElse(normed);
  }

  private State mlp(int index, State x, Map<String, String> projections) {
    String name = "layers." + index + ".";
    String module = "model.layers." + index + ".mlp.";
    DecoderMlp mlp = config.mlp();
    long wide = sizes.intermediateSize();
    Glu glu = new Glu(mlp.gate(), mlp.joined());
    State gated;
    if (mlp.joined()) {
      State joined =
          linear(name + "gate_up", x, module, "gate_up_proj", 2 * wide, mlp.bias(), projections);
      gated = graph.edge(name + "gated", glu, List.of(joined));
    } else {
      State gate = linear(name + "gate", x, module, "gate_proj", wide, mlp.bias(), projections);
      State up = linear(name + "up", x, module, "up_proj", wide, mlp.bias(), projections);
      gated = graph.edge(name + "gated", glu, List.of(gate, up));
    }
    return linear(
        name + "mlp_output",
        gated,
        module,
        "down_proj",
        sizes.hiddenSize(),
        mlp.bias(),
        projections);
  }

  /** A linear, noted among the layer's. */
  private State linear(
      String output,
      State x,
      String module,
      String shortName,
      long out,
      boolean bias,
      Map<String, String> projections) {
    State y = blocks.linear(output, x, module + shortName, out, bias);
    projections.put(shortName, y.name());
    return y;
  }

  /** A norm of whole rows. */
  State norm(String output, State x, String module) {
    return graph.edge(
        output, norm, List.of(x), Parameter.base(module + ".weight", sizes.hiddenSize()));
  }
}
