package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.Optional;

/** The biases of linears (Ben Zaken et al. 2022). */
final class BitFitMethod extends Keys implements Method {
  private final Key<Optional<List<String>>> targets =
      optional(
          "targets",
          Type.texts("a list of names", 1, List.of("q_proj", "v_proj"))
              .checked(ProjectionKeys::checkSome),
          "all linears of the layers",
          "Short names of the linears; ./statecraft inspect lists a model's.");

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "bitfit";
  }

  @Override
  public Keys keys() {
    return this;
  }

  /** The paper's best are from 1e-4 to 1e-3, appendix B. */
  @Override
  public double learningRate() {
    return 1e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(
        new BitFit(
            settings.get(targets).orElse(List.of()), LayerSelection.parse(settings.get(layers))));
  }
}
