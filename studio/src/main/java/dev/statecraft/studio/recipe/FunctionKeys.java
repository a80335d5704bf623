package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.UserFunction;
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
 * @param k of routed edges
 * @param initial of VeRA's edges
 * @param seed of VeRA's edges
 * @param userFunction of a program's own
 */
record FunctionKeys(
    Key<Integer> rank,
    Key<Double> alpha,
    Key<Optional<Boolean>> bias,
    Key<Double> dropout,
    Key<Optional<Activation.Kind>> activation,
    Key<Optional<Integer>> gates,
    Key<Optional<Integer>> terms,
    Key<Optional<Positions>> positions,
    Key<Optional<Integer>> k,
    Key<Optional<Double>> initial,
    Key<Optional<Long>> seed,
    Key<Optional<String>> userFunction) {
  static final int USUAL_GATES = 1;
  static final int USUAL_TERMS = 2;
  private static final String USER = "the name of a function that the program registers";

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
            "Which tokens of a prompt a loreft or direft edge changes, counted from its ends."),
        mapping.optional(
            "k",
            MethodTypes.EXPERTS,
            String.valueOf(Routed.USUAL_K),
            "Of how many earlier edges a routed edge reads what they add, token by token."),
        mapping.optional(
            "d_initial",
            VeraMethod.INITIAL,
            String.valueOf(SharedLowRank.USUAL_INITIAL),
            "What the vector d of a vera edge starts at."),
        mapping.optional(
            "projection_prng_key",
            Type.anyWhole(1),
            String.valueOf(VeraMethod.USUAL_SEED),
            "Seed of A and B of vera edges; those of one seed, rank and width share them."),
        mapping.optional(
            "user_function",
            Type.filled("a name", "squared", USER),
            "none",
            "Name of the function of a user edge, which a program registers."));
  }

  /**
   * An edge of a program's own.
   *
   * @throws UsageException if the program has not registered it
   */
  UserFunction user(Settings edge, ModelDefaults model) {
    String name = edge.get(userFunction).orElseThrow();
    return model
        .functions()
        .find(name)
        .orElseThrow(
            () ->
                new UsageException(
                    userFunction
                        + ": expected "
                        + model.functions().expected()
                        + ", found '"
                        + name
                        + "'"));
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
    if (!function.hasRank() && !plain) {
      throw new UsageException(
          "function: "
              + function.label()
              + " has no rank, alpha, bias or dropout, expected none of them beside it");
    }
    if (!function.hasAlpha() && edge.get(alpha) != MethodTypes.USUAL_CONTROL_ALPHA) {
      throw new UsageException(
          alpha + ": expected no such key beside function: " + function.label());
    }
    if (function == EdgeFunction.USER && edge.get(userFunction).isEmpty()) {
      throw new UsageException(userFunction + ": expected " + USER + ", found nothing");
    }
    List<Key<?>> given =
        Stream.<Stream<? extends Key<?>>>of(
                Stream.of(bias, activation, gates, terms, positions, k, initial, seed, userFunction)
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
