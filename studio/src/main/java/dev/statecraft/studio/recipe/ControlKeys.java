package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.FAMILY;
import static dev.statecraft.studio.recipe.MethodTypes.NO_DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.RANK;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_CONTROL_ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_RANK;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.StateTuning;
import java.util.List;
import java.util.Optional;

/**
 * The keys of control around residual blocks: {@code x_v' = x_v + alpha B A x_u}, or another
 * function.
 */
final class ControlKeys extends Keys {
  final Key<List<BlockName>> blocks;
  final Key<Optional<Integer>> rank;
  final Key<Optional<Double>> alpha;
  final Key<Optional<Double>> dropout;
  final Key<Optional<Boolean>> bias;
  final Key<String> layers;
  final Key<Optional<EdgeFunction>> function;
  private final FunctionKeys ofFunction;

  /**
   * @param usual around which blocks of a layer control is, unless a recipe says otherwise
   */
  ControlKeys(BlockName... usual) {
    blocks = blocks(this, usual);
    rank = keyWhere(this::hasRank, "rank", RANK, USUAL_RANK, "Rows of A, columns of B.");
    alpha =
        keyWhere(
            mapping -> ofMapping(mapping).hasAlpha(),
            "alpha",
            ALPHA,
            USUAL_CONTROL_ALPHA,
            "Factor of what an edge adds: x_v + alpha B A x_u.");
    dropout =
        keyWhere(
            this::hasRank,
            "dropout",
            DROPOUT,
            NO_DROPOUT,
            "Probability with which a number of x_u is dropped.");
    bias = optional("bias", Type.flag(), FAMILY, "Whether A and B have biases.");
    layers = MethodTypes.layers(this);
    function =
        optional(
            "function",
            EdgeFunction.TYPE,
            EdgeFunction.LOW_RANK.label(),
            "What an edge computes. " + EdgeFunction.SENTENCE);
    ofFunction = FunctionKeys.in(this, rank, alpha, bias, dropout);
  }

  /** Adds the key {@code blocks} to a mapping. */
  static Key<List<BlockName>> blocks(Keys mapping, BlockName... usual) {
    return mapping.key(
        "blocks",
        Type.some(BlockName.IN_RECIPES, BlockName::label, BlockName::of)
            .checked(
                list -> !list.isEmpty() && list.stream().distinct().count() == list.size(),
                "some of attn, mlp and block, each once"),
        List.of(usual),
        "Around which blocks of a layer an edge goes; block is the whole layer.");
  }

  private EdgeFunction ofMapping(Reading mapping) {
    return mapping.get(function).orElse(EdgeFunction.LOW_RANK);
  }

  private boolean hasRank(Reading mapping) {
    return ofMapping(mapping).hasRank();
  }

  private EdgeFunction function(Settings settings) {
    return settings.get(function).orElse(EdgeFunction.LOW_RANK);
  }

  @Override
  void check(Settings settings) {
    ofFunction.check(function(settings), settings);
  }

  StateTuning tuning(Settings settings, ModelDefaults model) {
    ControlFunction computes = function(settings).make(ofFunction, settings, model);
    return new StateTuning(
        settings.get(blocks).stream().map(block -> ControlEdge.around(block, computes)).toList(),
        LayerSelection.parse(settings.get(layers)));
  }
}
