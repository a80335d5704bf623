package dev.statecraft.models.family;

import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.models.config.Activation;
import java.util.List;
import java.util.Map;

/**
 * A layer as BERT has it (Devlin et al. 2019): attention to all tokens and an MLP of two linears,
 * each followed by its sum and a LayerNorm.
 *
 * @param heads of the attention, a divisor of the width
 * @param intermediate width inside the MLP
 * @param activation between its two linears
 * @param epsilon added to the variance
 * @param modules what the family calls the parts
 */
public record PostNormLayer(
    int heads, int intermediate, Activation activation, double epsilon, Modules modules) {

  /**
   * A linear of a layer.
   *
   * @param target its short name
   * @param module its name within the layer's module
   */
  public record Named(String target, String module) {
    /** One whose short name is the last part of its module's. */
    public static Named last(String module) {
      return new Named(module.substring(module.lastIndexOf('.') + 1), module);
    }
  }

  /**
   * The linears of a layer, and the names of its two norms within the layer's module.
   *
   * @param attention ends the attention block
   * @param attentionNorm behind its sum
   * @param wide into the MLP
   * @param mlp out of it
   * @param mlpNorm behind its sum
   */
  public record Modules(
      Named query,
      Named key,
      Named value,
      Named attention,
      String attentionNorm,
      Named wide,
      Named mlp,
      String mlpNorm) {}

  /**
   * Adds the layer to a graph.
   *
   * @param graph in the layer of this index
   * @param module the layer's module in checkpoints
   * @param input {@code [tokens, hidden]}
   * @return the layer's output, of the same shape
   */
  public State build(GraphBuilder graph, int index, String module, State input) {
    Blocks blocks = new Blocks(graph);
    String name = "layers." + index + ".";
    String in = module + ".";
    long hidden = input.shape().features();

    State q = blocks.linear(name + "q", input, in + modules.query.module, hidden, true);
    State k = blocks.linear(name + "k", input, in + modules.key.module, hidden, true);
    State v = blocks.linear(name + "v", input, in + modules.value.module, hidden, true);
    int headDim = Math.toIntExact(hidden / heads);
    State attended =
        graph.edge(
            name + "attention",
            new Attention(name + "attention", heads, heads, headDim, false),
            List.of(q, k, v));
    State attnOutput =
        blocks.linear(name + "attn_output", attended, in + modules.attention.module, hidden, true);
    State attnSum = graph.edge(name + "attn_sum", new Add(), List.of(input, attnOutput));
    State middle = blocks.layerNorm(name + "middle", attnSum, in + modules.attentionNorm, epsilon);

    State wide = blocks.linear(name + "wide", middle, in + modules.wide.module, intermediate, true);
    State activated = graph.edge(name + "activated", Blocks.activation(activation), List.of(wide));
    State mlpOutput =
        blocks.linear(name + "mlp_output", activated, in + modules.mlp.module, hidden, true);
    State mlpSum = graph.edge(name + "mlp_sum", new Add(), List.of(middle, mlpOutput));
    State output = blocks.layerNorm(name + "output", mlpSum, in + modules.mlpNorm, epsilon);

    graph.layer(
        new Layer(
            index,
            List.of(
                Block.attention(input, middle, attnOutput), Block.mlp(middle, output, mlpOutput)),
            Map.of(
                modules.query.target, q.name(),
                modules.key.target, k.name(),
                modules.value.target, v.name(),
                modules.attention.target, attnOutput.name(),
                modules.wide.target, wide.name(),
                modules.mlp.target, mlpOutput.name()),
            module));
    return output;
  }
}
