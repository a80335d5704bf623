package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.NO_DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.RANK;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_CONTROL_ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_RANK;
import static dev.statecraft.studio.recipe.Type.filled;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.graph.Initializer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The keys of a control edge. */
final class EdgeKeys extends Keys {
  private static final String END = "a place of a layer or the name of a state";

  /** What a control edge computes. */
  enum Function {
    /** {@code alpha B A x}. */
    LOW_RANK("low-rank"),
    /** {@code alpha (B gelu(A x + a) + b)}. */
    BOTTLENECK("bottleneck"),
    /** {@code alpha (c + softmax_rows(c c') c)}, {@code c = B (A x + a) + b}. */
    PATCH("patch"),
    /** {@code alpha R'(W x + b - R x)}. */
    LOREFT("loreft"),
    /** {@code alpha B (A x + a)}. */
    DIREFT("direft");

    private final String label;

    Function(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    static Function of(String label) {
      for (Function function : values()) {
        if (function.label.equals(label)) {
          return function;
        }
      }
      throw new UsageException(
          "function: expected "
              + Arrays.stream(values()).map(Function::label).collect(Collectors.joining(" or "))
              + ", found '"
              + label
              + "'");
    }
  }

  final Key<String> from =
      required(
          "from",
          filled(END, "input", END),
          END,
          "The state u that the edge reads: input, middle, output, attention_output or mlp_output"
              + " of each layer, or a state by its name in ./statecraft inspect.");

  final Key<String> to =
      required(
          "to",
          filled(END, "output", END),
          END,
          "The state v that the edge adds to, of the same kind, at or after u.");

  final Key<Function> function =
      key(
          "function",
          Type.choice(List.of(Function.values()), Function::label, Function::of),
          Function.LOW_RANK,
          "low-rank: alpha B A x; bottleneck: alpha (B gelu(A x + a) + b); patch: alpha (c +"
              + " softmax_rows(c c') c) with c = B (A x + a) + b, over the rows of a sequence;"
              + " loreft: alpha R'(W x + b - R x) with orthonormal rows of R; direft: alpha B (A x"
              + " + a).");

  final Key<Integer> rank = key("rank", RANK, USUAL_RANK, "Rows of A.");

  final Key<Double> alpha =
      key("alpha", ALPHA, USUAL_CONTROL_ALPHA, "Factor of what the edge adds.");

  final Key<Optional<Boolean>> bias =
      optional(
          "bias",
          Type.flag(),
          MethodTypes.FAMILY,
          "Whether a low-rank edge has biases; others always do.");

  final Key<Double> dropout =
      key(
          "dropout",
          DROPOUT,
          NO_DROPOUT,
          "Probability with which a number of x_u is dropped, for low-rank edges.");

  final Key<Optional<Positions>> positions =
      optional(
          "positions",
          MethodTypes.POSITIONS,
          Positions.ALL.toString(),
          "Which tokens of a prompt a loreft or direft edge changes, counted from its ends.");

  @Override
  void check(Settings edge) {
    Function computes = edge.get(function);
    if (computes != Function.LOW_RANK && (edge.get(bias).isPresent() || edge.get(dropout) != 0)) {
      throw new UsageException(
          "function: a "
              + computes.label
              + " always has biases and never dropout, expected neither key beside it");
    }
    if (edge.get(positions).isPresent()
        && computes != Function.LOREFT
        && computes != Function.DIREFT) {
      throw new UsageException(
          "positions: expected no such key beside function: " + computes.label);
    }
    // The edge knows which ends go together.
    new ControlEdge(
        edge.get(from), edge.get(to), "check", new LowRank(1, 1, false, 0, Initializer.ZEROS));
  }

  ControlEdge edge(Settings edge, ModelDefaults model) {
    ControlFunction computes =
        switch (edge.get(function)) {
          case LOW_RANK ->
              new LowRank(
                  edge.get(rank),
                  edge.get(alpha),
                  edge.get(bias).orElse(model.controlBias()),
                  edge.get(dropout),
                  model.controlInit());
          case BOTTLENECK -> new Bottleneck(edge.get(rank), edge.get(alpha));
          case PATCH -> new Patch(edge.get(rank), edge.get(alpha), model.controlInit());
          case LOREFT -> reft(Reft.Variant.LOREFT, edge);
          case DIREFT -> reft(Reft.Variant.DIREFT, edge);
        };
    return ControlEdge.between(edge.get(from), edge.get(to), computes);
  }

  private Reft reft(Reft.Variant variant, Settings edge) {
    return new Reft(
        variant, edge.get(rank), edge.get(alpha), edge.get(positions).orElse(Positions.ALL));
  }
}
