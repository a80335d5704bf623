package dev.statecraft.adapters.merge;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/**
 * The low-rank update of one linear, and perhaps the lengths of its rows.
 *
 * @param a parameter {@code [r, in]}
 * @param b parameter {@code [out, r]}
 * @param magnitude parameter {@code [out]} of DoRA, null for LoRA
 * @param scale s, the factor of B A
 */
record MergedLinear(Parameter a, Parameter b, Parameter magnitude, double scale) {

  /** The parameters' values in a type. */
  Values values(Torch torch, WeightSource source, DType type) {
    return new Values(
        read(torch, source, a, type),
        read(torch, source, b, type),
        magnitude == null ? null : read(torch, source, magnitude, type),
        scale);
  }

  private static Tensor read(Torch torch, WeightSource source, Parameter parameter, DType type) {
    Tensor value = torch.empty(type, parameter.sizes());
    source.read(parameter.name(), value);
    return value;
  }

  /** The values, owned by the scope in which they were read. */
  record Values(Tensor a, Tensor b, Tensor magnitude, double scale) {
    /**
     * Merges rows of the weight in place.
     *
     * @param rows {@code [count, in]} of W, from row {@code first} on
     */
    void mergeInto(Tensor rows, long first) {
      long count = rows.size(0);
      try (Scope scope = rows.torch().scope()) {
        rows.addmmInPlace(b.narrow(0, first, count), a, 1, this.scale);
        if (magnitude != null) {
          Tensor lengths = rows.square().sumKeep(1).sqrtInPlace();
          rows.mulInPlace(magnitude.narrow(0, first, count).view(count, 1).div(lengths));
        }
      }
    }
  }
}
