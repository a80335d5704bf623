package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.Tuning;
import java.util.List;

/** Control around one block of each layer, the MLP by default. */
final class ControlMethod implements Method {
  private final ControlKeys keys = new ControlKeys(BlockName.MLP);

  @Override
  public String name() {
    return "control";
  }

  @Override
  public Keys keys() {
    return keys;
  }

  @Override
  public double learningRate() {
    return 1e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(keys.tuning(settings, model));
  }
}
