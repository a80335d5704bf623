package dev.statecraft.core.run;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.Optional;

/** Where pretrained (or saved) values come from. */
public interface WeightSource {
  /** A source that has nothing: every parameter starts as its initializer says. */
  WeightSource NONE =
      new WeightSource() {
        @Override
        public boolean has(String name) {
          return false;
        }

        @Override
        public void read(String name, Tensor target) {
          throw new IllegalStateException("there is no '" + name + "' in an empty source");
        }
      };

  boolean has(String name);

  /** Copies a parameter's values into {@code target}, converting their type. */
  void read(String name, Tensor target);

  /** A parameter's values in a type; the scope of the caller's owns them. */
  default Tensor value(Torch torch, Parameter parameter, DType type) {
    Tensor value = torch.empty(type, parameter.sizes());
    read(parameter.name(), value);
    return value;
  }

  /**
   * A matrix as it is held here, if it is held in this format: then nothing is rounded again. The
   * caller owns it.
   */
  default Optional<QuantizedMatrix> quantized(String name, Quantization format, Torch torch) {
    return Optional.empty();
  }
}
