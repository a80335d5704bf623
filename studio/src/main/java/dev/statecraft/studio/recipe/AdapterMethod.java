package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import java.util.List;

/** Bottleneck adapters in series after both blocks (Houlsby et al. 2019). */
final class AdapterMethod extends Keys implements Method {
  private final Key<Integer> rank =
      key(
          "rank",
          MethodTypes.RANK,
          MethodTypes.USUAL_RANK,
          "Width of the bottleneck of each adapter.");

  private final Key<Double> alpha =
      key(
          "alpha",
          MethodTypes.ALPHA,
          MethodTypes.USUAL_CONTROL_ALPHA,
          "Factor of what an adapter adds.");

  private final Key<String> layers =
      key("layers", MethodTypes.LAYERS, MethodTypes.ALL_LAYERS, MethodTypes.LAYERS_SENTENCE);

  @Override
  public String name() {
    return "adapter";
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
    return List.of(
        StateTuning.adapter(
            new Bottleneck(settings.get(rank), settings.get(alpha)),
            LayerSelection.parse(settings.get(layers))));
  }
}
