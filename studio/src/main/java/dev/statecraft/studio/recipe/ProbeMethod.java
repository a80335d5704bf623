package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Tuning;
import java.util.List;

/** The task's head alone. */
final class ProbeMethod extends Keys implements Method {
  @Override
  public String name() {
    return "probe";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return HEAD_LEARNING_RATE;
  }

  /** It trains nothing but the head. */
  @Override
  public boolean hasOneRate() {
    return true;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(new HeadTuning());
  }
}
