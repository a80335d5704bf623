package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Low-rank updates that zero points can hold (Xu et al. 2023). */
final class QaLoraMethod extends Keys implements Method {
  private final Key<Integer> rank =
      key(
          "rank",
          MethodTypes.RANK,
          MethodTypes.USUAL_RANK,
          "r, the rank of the update of each linear.");

  private final Key<Double> alpha =
      key(
          "alpha",
          MethodTypes.ALPHA,
          2.0 * MethodTypes.USUAL_RANK,
          "The update is scaled by alpha / r.");

  private final Key<Double> dropout = MethodTypes.dropout(this);

  private final Key<Integer> group =
      key(
          "group",
          Type.whole(1, 64),
          Quantization.INT4.group(),
          "Neighbouring inputs whose mean A reads: as many as share a zero point of the base,"
              + " which is best held with quantize: int4.");

  private final Key<Optional<List<String>>> targets = ProjectionKeys.targets(this);

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "qa-lora";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 2e-4;
  }

  @Override
  public OptionalInt group(Settings settings) {
    return OptionalInt.of(settings.get(group));
  }

  @Override
  public void checkQuantization(String key, Quantization quantization, Settings settings) {
    int found = settings.get(group);
    if (quantization.group() > 0 && quantization.group() != found) {
      throw new UsageException(
          "method.group: expected "
              + quantization.group()
              + ", the inputs that share a zero point with "
              + key
              + " "
              + quantization.label()
              + ", found "
              + found);
    }
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(
        new QaLora(
            settings.get(rank),
            settings.get(alpha),
            settings.get(dropout),
            settings.get(group),
            settings.get(targets).orElse(model.targets()),
            LayerSelection.parse(settings.get(layers))));
  }
}
