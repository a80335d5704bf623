package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.NO_DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.RANK;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_CONTROL_ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_RANK;
import static dev.statecraft.studio.recipe.Type.filled;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.graph.Initializer;
import java.util.Optional;

/** The keys of a control edge. */
final class EdgeKeys extends Keys {
  private static final String END = "a place of a layer or the name of a state";

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

  final Key<EdgeFunction> function =
      key("function", EdgeFunction.TYPE, EdgeFunction.LOW_RANK, EdgeFunction.SENTENCE);

  final Key<Integer> rank = key("rank", RANK, USUAL_RANK, "Rows of A.");

  final Key<Double> alpha =
      key("alpha", ALPHA, USUAL_CONTROL_ALPHA, "Factor of what the edge adds.");

  final Key<Optional<Boolean>> bias =
      optional(
          "bias",
          Type.flag(),
          MethodTypes.FAMILY,
          "Whether a low-rank or routed edge has biases; a bottleneck, patch, loreft or direft edge"
              + " always does.");

  final Key<Double> dropout =
      key(
          "dropout",
          DROPOUT,
          NO_DROPOUT,
          "Probability with which a number of x_u is dropped, for low-rank, routed and vera"
              + " edges.");

  private final FunctionKeys ofFunction = FunctionKeys.in(this, rank, alpha, bias, dropout);

  @Override
  void check(Settings edge) {
    ofFunction.check(edge.get(function), edge);
    // The edge knows which ends go together.
    new ControlEdge(
        edge.get(from), edge.get(to), "check", new LowRank(1, 1, false, 0, Initializer.ZEROS));
  }

  ControlEdge edge(Settings edge, ModelDefaults model) {
    return ControlEdge.between(
        edge.get(from), edge.get(to), edge.get(function).make(ofFunction, edge, model));
  }
}
