package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Affine;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.Scaling;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.Shift;
import dev.statecraft.core.op.Activation;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a control edge computes, as recipes call it. */
final class EdgeFunction {
  static final EdgeFunction LOW_RANK =
      new EdgeFunction(
          "low-rank",
          "alpha B A x",
          Set.of("bias", "dropout"),
          (keys, edge, model) ->
              new LowRank(
                  keys.rank(edge),
                  keys.alpha(edge),
                  edge.get(keys.bias()).orElse(model.controlBias()),
                  keys.dropout(edge),
                  model.controlInit()));

  static final EdgeFunction BOTTLENECK =
      new EdgeFunction(
          "bottleneck",
          "alpha (B f(A x + a) + b)",
          Set.of("activation"),
          (keys, edge, model) ->
              new Bottleneck(
                  keys.rank(edge),
                  keys.alpha(edge),
                  edge.get(keys.activation()).orElse(Activation.Kind.GELU)));

  static final EdgeFunction GATED =
      new EdgeFunction(
          "gated",
          "alpha sigmoid(G x + g0) * (B A x)",
          Set.of("gates"),
          (keys, edge, model) ->
              new Gated(
                  keys.rank(edge),
                  keys.alpha(edge),
                  edge.get(keys.gates()).orElse(FunctionKeys.USUAL_GATES),
                  model.controlInit()));

  static final EdgeFunction AFFINE =
      new EdgeFunction(
          "affine",
          "alpha times the sum over i of sigmoid_i(x) B_i A_i x",
          Set.of("terms"),
          (keys, edge, model) ->
              new Affine(
                  keys.rank(edge),
                  keys.alpha(edge),
                  edge.get(keys.terms()).orElse(FunctionKeys.USUAL_TERMS),
                  model.controlInit()));

  static final EdgeFunction PATCH =
      new EdgeFunction(
          "patch",
          "alpha (c + softmax_rows(c c') c) with c = B (A x + a) + b, over the rows of a sequence",
          Set.of(),
          (keys, edge, model) -> new Patch(keys.rank(edge), keys.alpha(edge), model.controlInit()));

  static final EdgeFunction LOREFT =
      new EdgeFunction(
          "loreft",
          "alpha R'(W x + b - R x) with orthonormal rows of R",
          Set.of("positions"),
          (keys, edge, model) -> keys.reft(Reft.Variant.LOREFT, edge));

  static final EdgeFunction DIREFT =
      new EdgeFunction(
          "direft",
          "alpha B (A x + a)",
          Set.of("positions"),
          (keys, edge, model) -> keys.reft(Reft.Variant.DIREFT, edge));

  static final EdgeFunction ROUTED =
      new EdgeFunction(
          "routed",
          "alpha B A x of its own, and those of the k earlier edges that gates G x + g0 choose",
          Set.of("bias", "dropout", "k"),
          (keys, edge, model) ->
              new Routed(
                  edge.get(keys.k()).orElse(Routed.USUAL_K),
                  new LowRank(
                      keys.rank(edge),
                      keys.alpha(edge),
                      edge.get(keys.bias()).orElse(model.controlBias()),
                      keys.dropout(edge),
                      model.controlInit())));

  static final EdgeFunction VERA =
      new EdgeFunction(
          "vera",
          "b * (B (d * (A x))) with random A and B that edges share",
          Numbers.RANK,
          Set.of("dropout", "d_initial", "projection_prng_key"),
          (keys, edge, model) ->
              new SharedLowRank(
                  keys.rank(edge),
                  edge.get(keys.initial()).orElse(SharedLowRank.USUAL_INITIAL),
                  keys.dropout(edge),
                  edge.get(keys.seed()).orElse(VeraMethod.USUAL_SEED)));

  static final EdgeFunction USER =
      new EdgeFunction(
          "user",
          "what a program's function of that name computes",
          Numbers.NONE,
          Set.of("user_function"),
          (keys, edge, model) -> keys.user(edge, model));

  static final EdgeFunction IA3 =
      new EdgeFunction(
          "ia3", "l x, in series, from a state to itself", (keys, edge, model) -> new Scaling());

  static final EdgeFunction BITFIT =
      new EdgeFunction("bitfit", "x + b, in series", (keys, edge, model) -> new Shift());

  /** All of them, in the order in which they are explained. */
  static final List<EdgeFunction> ALL =
      List.of(
          LOW_RANK,
          BOTTLENECK,
          GATED,
          AFFINE,
          ROUTED,
          PATCH,
          LOREFT,
          DIREFT,
          VERA,
          IA3,
          BITFIT,
          USER);

  /** Makes the function of a mapping's values. */
  interface Maker {
    ControlFunction make(FunctionKeys keys, Settings edge, ModelDefaults model);
  }

  /** Which numbers a function has of those that most have. */
  private enum Numbers {
    RANK_AND_ALPHA,
    RANK,
    NONE
  }

  /** All of them as values of a key. */
  static final Type<EdgeFunction> TYPE = Type.choice(ALL, EdgeFunction::label, EdgeFunction::of);

  /** What each computes, in one sentence. */
  static final String SENTENCE =
      ALL.stream()
              .map(function -> function.label + ": " + function.formula)
              .collect(Collectors.joining("; "))
          + ".";

  private final String label;
  private final String formula;
  private final Numbers numbers;
  private final Set<String> keys;
  private final Maker maker;

  private EdgeFunction(String label, String formula, Set<String> keys, Maker maker) {
    this(label, formula, Numbers.RANK_AND_ALPHA, keys, maker);
  }

  /** One in series, which has no numbers of its own; the tuning sees that both ends are one. */
  private EdgeFunction(String label, String formula, Maker maker) {
    this(label, formula, Numbers.NONE, Set.of(), maker);
  }

  private EdgeFunction(
      String label, String formula, Numbers numbers, Set<String> keys, Maker maker) {
    this.label = label;
    this.formula = formula;
    this.numbers = numbers;
    this.keys = keys;
    this.maker = maker;
  }

  @Override
  public String toString() {
    return label;
  }

  String label() {
    return label;
  }

  /** Whether it has a rank. */
  boolean hasRank() {
    return numbers != Numbers.NONE;
  }

  /** Whether it has an alpha. */
  boolean hasAlpha() {
    return numbers == Numbers.RANK_AND_ALPHA;
  }

  /** Whether a key that not every function has is one of it. */
  boolean has(Key<?> key) {
    return keys.contains(key.name());
  }

  ControlFunction make(FunctionKeys of, Settings edge, ModelDefaults model) {
    return maker.make(of, edge, model);
  }

  private static EdgeFunction of(String label) {
    return ALL.stream()
        .filter(function -> function.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "function: expected one of "
                        + Methods.functions()
                        + ", found '"
                        + label
                        + "'"));
  }
}
