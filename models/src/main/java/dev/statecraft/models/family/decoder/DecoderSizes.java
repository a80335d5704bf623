package dev.statecraft.models.family.decoder;

/**
 * The sizes of a decoder.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width inside the feed-forward block
 * @param numHiddenLayers number of layers
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key and value heads, a divisor of the query heads
 * @param headDim channels of a head, even
 * @param maxPositionEmbeddings longest context in tokens
 */
public record DecoderSizes(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    int maxPositionEmbeddings) {
  /** Features of all query heads. */
  int queries() {
    return numAttentionHeads * headDim;
  }

  /** Features of all key heads, and of all value heads. */
  int keys() {
    return numKeyValueHeads * headDim;
  }
}
