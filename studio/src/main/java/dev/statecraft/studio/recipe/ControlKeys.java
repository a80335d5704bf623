package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.FAMILY;
import static dev.statecraft.studio.recipe.MethodTypes.LAYERS;
import static dev.statecraft.studio.recipe.MethodTypes.LAYERS_SENTENCE;
import static dev.statecraft.studio.recipe.MethodTypes.NO_DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.RANK;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_CONTROL_ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_RANK;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import java.util.List;
import java.util.Optional;

/** The keys of control around residual blocks: {@code x_v' = x_v + alpha B A x_u}. */
final class ControlKeys extends Keys {
  final Key<List<BlockName>> blocks;
  final Key<Integer> rank;
  final Key<Double> alpha;
  final Key<Double> dropout;
  final Key<Optional<Boolean>> bias;
  final Key<String> layers;

  /**
   * @param usual around which blocks of a layer control is, unless a recipe says otherwise
   */
  ControlKeys(BlockName... usual) {
    blocks =
        key(
            "blocks",
            Type.some(BlockName.IN_RECIPES, BlockName::label, BlockName::of)
                .checked(
                    list -> !list.isEmpty() && list.stream().distinct().count() == list.size(),
                    "some of attn, mlp and block, each once"),
            List.of(usual),
            "Around which blocks of a layer an edge goes; block is the whole layer.");
    rank = key("rank", RANK, USUAL_RANK, "Rows of A, columns of B.");
    alpha =
        key(
            "alpha",
            ALPHA,
            USUAL_CONTROL_ALPHA,
            "Factor of what an edge adds: x_v + alpha B A x_u.");
    dropout =
        key("dropout", DROPOUT, NO_DROPOUT, "Probability with which a number of x_u is dropped.");
    bias = optional("bias", Type.flag(), FAMILY, "Whether A and B have biases.");
    layers = key("layers", LAYERS, MethodTypes.ALL_LAYERS, LAYERS_SENTENCE);
  }

  StateTuning tuning(Settings settings, ModelDefaults model) {
    LowRank function =
        new LowRank(
            settings.get(rank),
            settings.get(alpha),
            settings.get(bias).orElse(model.controlBias()),
            settings.get(dropout),
            model.controlInit());
    return new StateTuning(
        settings.get(blocks).stream().map(block -> ControlEdge.around(block, function)).toList(),
        LayerSelection.parse(settings.get(layers)));
  }
}
