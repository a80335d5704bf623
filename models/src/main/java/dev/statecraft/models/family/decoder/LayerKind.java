package dev.statecraft.models.family.decoder;

import dev.statecraft.models.config.rope.RopeConfig;
import java.util.Optional;

/**
 * In what a decoder's layers differ from each other.
 *
 * @param window tokens that a token sees, itself among them; 0 for all
 * @param rope rotary positions, if it has any
 */
public record LayerKind(int window, Optional<RopeConfig> rope) {
  /** A layer with rotary positions in which tokens see all earlier ones. */
  public static LayerKind full(RopeConfig rope) {
    return new LayerKind(0, Optional.of(rope));
  }

  /** The same within a window. */
  public LayerKind within(int tokens) {
    return new LayerKind(tokens, rope);
  }
}
