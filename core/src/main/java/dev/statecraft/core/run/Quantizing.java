package dev.statecraft.core.run;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads weights into few bits. */
record Quantizing(Torch torch, Quantization format) {
  /**
   * Reads and quantizes one weight after the other, but for those that the source holds so. All go
   * through one buffer: buffers of their own would leave holes between what stays, which the
   * process could not give back.
   *
   * @param held gets the matrices by name, also those that were read before one could not be
   */
  void read(Collection<Parameter> weights, WeightSource source, Map<String, QuantizedMatrix> held) {
    List<Parameter> rest = new ArrayList<>();
    for (Parameter weight : weights) {
      Optional<QuantizedMatrix> stored = source.quantized(weight.name(), format, torch);
      stored.ifPresent(matrix -> hold(weight, matrix, held));
      if (stored.isEmpty()) {
        rest.add(weight);
      }
    }
    if (rest.isEmpty()) {
      return;
    }
    long largest = rest.stream().mapToLong(Parameter::elements).max().orElse(0);
    try (Scope scope = torch.scope()) {
      Tensor buffer = torch.empty(DType.FLOAT32, largest);
      rest.forEach(weight -> hold(weight, quantized(weight, source, buffer), held));
    }
  }

  private static void hold(
      Parameter weight, QuantizedMatrix matrix, Map<String, QuantizedMatrix> held) {
    matrix.claim(MemoryCategory.WEIGHTS);
    held.put(weight.name(), matrix);
  }

  private QuantizedMatrix quantized(Parameter parameter, WeightSource source, Tensor buffer) {
    try (Scope scope = torch.scope()) {
      Tensor weight = buffer.narrow(0, 0, parameter.elements()).view(parameter.sizes());
      source.read(parameter.name(), weight);
      return QuantizedMatrix.of(format, weight);
    }
  }
}
