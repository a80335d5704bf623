package dev.statecraft.models.family.decoder;

/**
 * The attention of a decoder's layers, but for windows and positions, which layers have of their
 * own.
 *
 * @param inputBias whether q, k and v have biases
 * @param outputBias whether o has one
 * @param headNorms whether each head of q and k is normed before it is turned
 * @param joined whether q, k and v come out of one linear, {@code qkv_proj}
 * @param scale of scores, usually {@code 1 / sqrt(head_dim)}
 * @param cap of scores, {@code cap tanh(score / cap)}; 0 for none
 * @param dropout of the probabilities in training
 */
public record DecoderAttention(
    boolean inputBias,
    boolean outputBias,
    boolean headNorms,
    boolean joined,
    double scale,
    double cap,
    double dropout) {
  /** LLaMA's: without norms and cap, from three linears. */
  public static DecoderAttention plain(boolean bias, int headDim, double dropout) {
    return new DecoderAttention(bias, bias, false, false, 1 / Math.sqrt(headDim), 0, dropout);
  }

  /** The same with other biases. */
  public DecoderAttention withBiases(boolean ofInputs, boolean ofOutput) {
    return new DecoderAttention(ofInputs, ofOutput, headNorms, joined, scale, cap, dropout);
  }

  /** The same with norms of queries' and keys' heads. */
  public DecoderAttention withHeadNorms() {
    return new DecoderAttention(inputBias, outputBias, true, joined, scale, cap, dropout);
  }

  /** The same from one linear. */
  public DecoderAttention fromOneLinear() {
    return new DecoderAttention(inputBias, outputBias, headNorms, true, scale, cap, dropout);
  }

  /** The same with scores of another size. */
  public DecoderAttention withScores(double newScale, double newCap) {
    return new DecoderAttention(
        inputBias, outputBias, headNorms, joined, newScale, newCap, dropout);
  }
}
