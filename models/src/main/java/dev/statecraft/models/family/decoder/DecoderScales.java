package dev.statecraft.models.family.decoder;

import dev.statecraft.core.op.ScoreRule;

/**
 * Constants by which a decoder multiplies its states.
 *
 * @param embedding of embeddings; 1 for none
 * @param rounded whether that one is rounded to the model's type, as Gemma's is
 * @param residual of what blocks add to the residual stream; 1 for none
 * @param scores what makes scores of the products with the table
 */
public record DecoderScales(double embedding, boolean rounded, double residual, ScoreRule scores) {
  /** None at all. */
  public static final DecoderScales NONE = new DecoderScales(1, false, 1, ScoreRule.PLAIN);
}
