package dev.statecraft.models.family;

import java.util.List;

/**
 * The linears that IA3 attaches to by default, by their short names.
 *
 * @param targets all of them
 * @param feedForward those whose input is scaled, not their output
 */
public record ScaledTargets(List<String> targets, List<String> feedForward) {
  /** Copies. */
  public ScaledTargets {
    targets = List.copyOf(targets);
    feedForward = List.copyOf(feedForward);
  }
}
