package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.NormTuning;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.op.Activation;
import java.util.List;
import java.util.Optional;

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

  private final Key<String> layers = MethodTypes.layers(this);

  private final Key<Optional<Activation.Kind>> activation =
      MethodTypes.activation(this, "The function between the two products of an adapter.");

  private final Key<Optional<Boolean>> trainNorms =
      optional(
          "train_norms",
          Type.flag(),
          "false",
          "Whether the model's own norms are trained too, as in the paper: those of the chosen"
              + " layers, or all.");

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
    LayerSelection chosen = LayerSelection.parse(settings.get(layers));
    Tuning adapters =
        StateTuning.adapter(
            new Bottleneck(
                settings.get(rank),
                settings.get(alpha),
                settings.get(activation).orElse(Activation.Kind.GELU)),
            chosen);
    return settings.get(trainNorms).orElse(false)
        ? List.of(adapters, new NormTuning(chosen))
        : List.of(adapters);
  }
}
