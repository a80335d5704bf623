package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;

/** Every weight. */
final class FullMethod extends Keys implements Method {
  @Override
  public String name() {
    return "full";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 2e-5;
  }

  /** It moves the head as all other weights, as is usual. */
  @Override
  public boolean hasOneRate() {
    return true;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(new FullTuning());
  }

  @Override
  public void checkQuantization(String key, Quantization quantization, Settings settings) {
    if (quantization != Quantization.NONE) {
      throw new UsageException(
          key
              + ": expected none with the method full, which trains every weight, found '"
              + quantization.label()
              + "'");
    }
  }
}
