package dev.statecraft.core.graph;

/**
 * A residual block of a layer: what control edges go around. All but its name are names of states.
 *
 * @param name short name in recipes and parameter names, such as {@code attn}; unique in its layer
 * @param input the residual stream that enters it
 * @param output the residual stream that leaves it: its sum (pre-norm), or the LayerNorm behind
 *     that (post-norm)
 * @param delta what it adds to the residual stream
 */
public record Block(String name, String input, String output, String delta) {
  /** Name of attention of a sequence to itself. */
  public static final String ATTENTION = "attn";

  /** Name of attention of a decoder's tokens to those of a source. */
  public static final String CROSS_ATTENTION = "cross_attn";

  /** Name of the feed-forward block. */
  public static final String MLP = "mlp";

  public static Block attention(State input, State output, State delta) {
    return of(ATTENTION, input, output, delta);
  }

  public static Block crossAttention(State input, State output, State delta) {
    return of(CROSS_ATTENTION, input, output, delta);
  }

  public static Block mlp(State input, State output, State delta) {
    return of(MLP, input, output, delta);
  }

  /** A block of any other name. */
  public static Block of(String name, State input, State output, State delta) {
    return new Block(name, input.name(), output.name(), delta.name());
  }

  /** The word for what a block of this name adds: {@code attention_output} for {@code attn}. */
  public static String deltaPlace(String name) {
    return name.replace(ATTENTION, "attention") + "_output";
  }
}
