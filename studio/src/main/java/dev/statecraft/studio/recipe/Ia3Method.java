package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.FAMILY;

import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.Optional;

/** Scaling of what leaves or enters linears (Liu et al. 2022). */
final class Ia3Method extends Keys implements Method {
  private final Key<Optional<List<String>>> targets =
      optional(
          "targets",
          Type.texts("a list of names", 1, List.of("k_proj", "v_proj", "down_proj"))
              .checked(ProjectionKeys::checkSome),
          FAMILY,
          "Short names of the linears; ./statecraft inspect lists a model's.");

  private final Key<Optional<List<String>>> feedForward =
      optional(
          "feedforward",
          Type.texts("a list of names", 0, List.of("down_proj")),
          FAMILY,
          "Those targets whose input is scaled, not their output.");

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "ia3";
  }

  @Override
  public Keys keys() {
    return this;
  }

  /** The rate of the paper, section 3.4. */
  @Override
  public double learningRate() {
    return 3e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    List<String> chosen = settings.get(targets).orElse(model.scaled().targets());
    List<String> usual = model.scaled().feedForward().stream().filter(chosen::contains).toList();
    return List.of(
        new Ia3(
            chosen,
            settings.get(feedForward).orElse(usual),
            LayerSelection.parse(settings.get(layers))));
  }
}
