package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.op.Activation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The keys of a mapping that say what an edge computes. Those that low-rank edges do not have are
 * written only where a recipe has them.
 *
 * @param rank of every function
 * @param alpha of every function
 * @param bias of low-rank edges
 * @param dropout of low-rank edges
 * @param activation of bottlenecks
 * @param gates of gated edges
 * @param terms of affine edges
 * @param positions of ReFT's edges
 */
record FunctionKeys(
    Key<Integer> rank,
    Key<Double> alpha,
    Key<Optional<Boolean>> bias,
    Key<Double> dropout,
    Key<Optional<Activation.Kind>> activation,
    Key<Optional<Integer>> gates,
    Key<Optional<Integer>> terms,
    Key<Optional<Positions>> positions) {
  static final int USUAL_GATES = 1;
  static final int USUAL_TERMS = 2;

  /** Adds the keys that not every function has to a mapping that has the others. */
  static FunctionKeys in(
      Keys mapping,
      Key<Integer> rank,
      Key<Double> alpha,
      Key<Optional<Boolean>> bias,
      Key<Double> dropout) {
    return new FunctionKeys(
        rank,
        alpha,
        bias,
        dropout,
        MethodTypes.activation(mapping, "The function f of a bottleneck."),
        mapping.optional(
            "gates",
            MethodTypes.RANK,
            String.valueOf(USUAL_GATES),
            "Gates of a gated edge, each for a run of neighbouring features of x_v: a divisor of"
                + " their number."),
        mapping.optional(
            "terms",
            MethodTypes.RANK,
            String.valueOf(USUAL_TERMS),
            "Terms of an affine edge, each of this rank."),
        mapping.optional(
            "positions",
            MethodTypes.POSITIONS,
            Positions.ALL.toString(),
            "Which tokens of a prompt a loreft or direft edge changes, counted from its ends."));
  }

  /** An edge of ReFT. */
  Reft reft(Reft.Variant variant, Settings edge) {
    return new Reft(
        variant, edge.get(rank), edge.get(alpha), edge.get(positions).orElse(Positions.ALL));
  }

  /**
   * Checks that a mapping has no key that its function lacks.
   *
   * @throws UsageException if it does
   */
  void check(EdgeFunction function, Settings edge) {
    boolean plain =
        edge.get(rank) == MethodTypes.USUAL_RANK
            && edge.get(alpha) == MethodTypes.USUAL_CONTROL_ALPHA
            && edge.get(bias).isEmpty()
            && edge.get(dropout) == MethodTypes.NO_DROPOUT;
    if (!function.hasNumbers() && !plain) {
      throw new UsageException(
          "function: "
              + function.label()
              + " has no rank, alpha, bias or dropout, expected none of them beside it");
    }
    List<Key<?>> given =
        Stream.<Stream<? extends Key<?>>>of(
                Stream.of(bias, activation, gates, terms, positions)
                    .filter(key -> edge.get(key).isPresent()),
                Stream.of(dropout).filter(key -> edge.get(key) != MethodTypes.NO_DROPOUT))
            .<Key<?>>flatMap(keys -> keys)
            .filter(key -> !function.has(key))
            .toList();
    if (function == EdgeFunction.BOTTLENECK && (given.contains(bias) || given.contains(dropout))) {
      throw new UsageException(
          "function: a bottleneck always has biases and never dropout,"
              + " expected neither key beside it");
    }
    if (!given.isEmpty()) {
      throw new UsageException(
          given.get(0) + ": expected no such key beside function: " + function.label());
    }
  }
}
