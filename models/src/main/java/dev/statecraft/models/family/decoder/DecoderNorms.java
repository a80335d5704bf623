package dev.statecraft.models.family.decoder;

/**
 * The RMS norms of a decoder.
 *
 * @param eps added to the mean square
 * @param fromOne whether weights are stored less one, as Gemma's are
 * @param sandwich whether what a block adds to the residual stream is normed too, as Gemma 2's is
 */
public record DecoderNorms(double eps, boolean fromOne, boolean sandwich) {
  /** LLaMA's. */
  public static DecoderNorms plain(double eps) {
    return new DecoderNorms(eps, false, false);
  }
}
