package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import java.util.List;

/**
 * Control around the MLP block whose rows exchange what they are given ("Parameter-Efficient
 * Fine-Tuning with Controls", ICML 2024).
 */
final class PatchControlMethod extends Keys implements Method {
  private final Key<Integer> rank =
      key("rank", MethodTypes.RANK, Patch.USUAL_RANK, "Rows of A, columns of B.");

  private final Key<Double> alpha =
      key(
          "alpha",
          MethodTypes.ALPHA,
          MethodTypes.USUAL_CONTROL_ALPHA,
          "Factor of what an edge adds: alpha (c + softmax_rows(c c') c).");

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "patch-control";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 1e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    Patch function = new Patch(settings.get(rank), settings.get(alpha), model.controlInit());
    return List.of(StateTuning.control(function, LayerSelection.parse(settings.get(layers))));
  }
}
