package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.Tuning;
import java.util.List;

/** LoRA with the length of each row tuned by itself (Liu et al. 2024). */
final class DoraMethod implements Method {
  private final ProjectionKeys keys = new ProjectionKeys();

  @Override
  public String name() {
    return "dora";
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
    return List.of(keys.tuning(settings, model.targets(), true, model));
  }
}
