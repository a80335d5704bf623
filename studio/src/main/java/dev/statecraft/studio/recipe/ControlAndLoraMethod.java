package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.function.Function;

/** Control around the MLP block, LoRA on the attention's projections. */
final class ControlAndLoraMethod extends Keys implements Method {
  private final ControlKeys ofControl = new ControlKeys(BlockName.MLP);
  private final ProjectionKeys ofLora = new ProjectionKeys();

  private final Key<Settings> control =
      mapping(
          "control",
          Type.mapping(ofControl, Function.identity(), Function.identity()),
          Otherwise.words("its defaults"),
          "The control edges.");

  private final Key<Settings> lora =
      mapping(
          "lora",
          Type.mapping(ofLora, Function.identity(), Function.identity()),
          Otherwise.words("its defaults"),
          "LoRA beside them; on the attention's projections unless targets says otherwise.");

  @Override
  public String name() {
    return "control+lora";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 5e-4;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(
        ofControl.tuning(settings.get(control), model),
        ofLora.tuning(settings.get(lora), model.attentionTargets(), false, model));
  }
}
