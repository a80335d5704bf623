package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.FAMILY;
import static dev.statecraft.studio.recipe.MethodTypes.LAYERS;
import static dev.statecraft.studio.recipe.MethodTypes.LAYERS_SENTENCE;
import static dev.statecraft.studio.recipe.MethodTypes.NO_DROPOUT;
import static dev.statecraft.studio.recipe.MethodTypes.RANK;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_RANK;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import java.util.List;
import java.util.Optional;

/** The keys of LoRA and DoRA. */
final class ProjectionKeys extends Keys {
  static final Type<List<String>> TARGETS =
      Type.texts("a list of names", 1, List.of("q_proj", "v_proj"))
          .checked(ProjectionKeys::checkSome);

  static final String TARGETS_SENTENCE =
      "Short names of the linears; ./statecraft inspect lists a model's.";

  final Key<Integer> rank =
      key("rank", RANK, USUAL_RANK, "r, the rank of the update of each linear.");

  /** The default is twice that of the rank, so that the scale alpha / r is 2. */
  final Key<Double> alpha =
      key("alpha", ALPHA, 2.0 * USUAL_RANK, "The update is scaled by alpha / r.");

  final Key<Double> dropout =
      key(
          "dropout",
          DROPOUT,
          NO_DROPOUT,
          "Probability with which an input of the low-rank branch is dropped.");

  final Key<Optional<List<String>>> targets =
      optional("targets", TARGETS, FAMILY, TARGETS_SENTENCE);

  final Key<String> layers = key("layers", LAYERS, MethodTypes.ALL_LAYERS, LAYERS_SENTENCE);

  final Key<LoraStart> init =
      key(
          "init",
          Type.choice(List.of(LoraStart.values()), LoraStart::label, LoraStart::of),
          LoraStart.KAIMING,
          "How A and B start: pissa and olora as a part of each weight, which is held less that.");

  static void checkSome(String key, List<String> names) {
    if (names.isEmpty()) {
      throw new UsageException(key + ": expected at least one name, found none");
    }
  }

  /** LoRA, on the given targets unless a recipe names others. */
  Lora lora(Settings settings, List<String> usual) {
    return new Lora(
        settings.get(rank),
        settings.get(alpha),
        settings.get(dropout),
        settings.get(targets).orElse(usual),
        LayerSelection.parse(settings.get(layers)),
        settings.get(init));
  }
}
