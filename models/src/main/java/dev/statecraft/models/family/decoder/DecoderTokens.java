package dev.statecraft.models.family.decoder;

import java.util.List;
import java.util.OptionalInt;

/**
 * Tokens that mean something to a decoder.
 *
 * @param bos begins a text, if one does
 * @param eos each ends one
 * @param pad fills a batch, if there is one
 */
public record DecoderTokens(OptionalInt bos, List<Integer> eos, OptionalInt pad) {
  /** Copies. */
  public DecoderTokens {
    eos = List.copyOf(eos);
  }
}
