package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.Tuning;
import java.util.List;

/** Low-rank updates of linears (Hu et al. 2021). */
final class LoraMethod implements Method {
  private final ProjectionKeys keys = new ProjectionKeys();

  @Override
  public String name() {
    return "lora";
  }

  @Override
  public Keys keys() {
    return keys;
  }

  @Override
  public double learningRate() {
    return 2e-4;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(keys.tuning(settings, model.targets(), false, model));
  }
}
