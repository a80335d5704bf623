package dev.statecraft.models.pretrained;

import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.Optional;
import java.util.Set;

/** A source without the heads of another task, which start fresh instead. */
record HeadFilter(WeightSource source, Set<String> unusable) implements WeightSource {
  @Override
  public boolean has(String name) {
    return !unusable.contains(name) && source.has(name);
  }

  @Override
  public void read(String name, Tensor target) {
    source.read(name, target);
  }

  @Override
  public Optional<QuantizedMatrix> quantized(String name, Quantization format, Torch torch) {
    return source.quantized(name, format, torch);
  }
}
