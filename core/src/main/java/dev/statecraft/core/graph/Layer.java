package dev.statecraft.core.graph;

import java.util.Map;

/**
 * Where the residual blocks of one transformer layer begin and end: what control edges attach to.
 * All are names of states.
 *
 * @param index from 0
 * @param input state that enters the layer
 * @param middle state between the blocks: after the attention residual (pre-norm), or after the
 *     attention's LayerNorm (post-norm)
 * @param output state that leaves the layer
 * @param attentionOutput what the attention block adds to the residual
 * @param mlpOutput what the MLP block adds to the residual
 * @param projections linear edges by their short name ({@code q_proj}, {@code query}...): name of
 *     the state each computes
 * @param module the layer's module in the Hugging Face model, such as {@code model.layers.3}
 */
public record Layer(
    int index,
    String input,
    String middle,
    String output,
    String attentionOutput,
    String mlpOutput,
    Map<String, String> projections,
    String module) {
  public Layer {
    projections = Map.copyOf(projections);
  }
}
