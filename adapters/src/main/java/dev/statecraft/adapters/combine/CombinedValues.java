package dev.statecraft.adapters.combine;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a combined adapter by the names of its parameters, in float32. */
final class CombinedValues implements AutoCloseable {
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Torch torch;

  CombinedValues(Torch torch) {
    this.torch = torch;
  }

  /** Takes over a tensor. */
  void put(String parameter, Tensor value) {
    Tensor before = values.put(parameter, value);
    if (before != null) {
      before.close();
    }
  }

  /** Copies. */
  void putCopy(String parameter, Tensor value) {
    put(parameter, value.copyTo(DType.FLOAT32).escape());
  }

  /** One run's values as they are. */
  void putAll(List<Parameter> parameters, Member member) {
    for (Parameter parameter : parameters) {
      try (Scope scope = torch.scope()) {
        put(parameter.name(), member.trained().value(torch, parameter, DType.FLOAT32).escape());
      }
    }
  }

  /** B with columns of zeros up to a rank. */
  void putB(String parameter, Tensor b, int rank) {
    try (Scope scope = torch.scope()) {
      long more = rank - b.size(1);
      Tensor whole =
          more == 0 ? b.copy() : Tensor.cat(1, b, torch.zeros(DType.FLOAT32, b.size(0), more));
      put(parameter, whole.escape());
    }
  }

  /** A with rows of zeros up to a rank. */
  void putA(String parameter, Tensor a, int rank) {
    try (Scope scope = torch.scope()) {
      long more = rank - a.size(0);
      Tensor whole =
          more == 0 ? a.copy() : Tensor.cat(0, a, torch.zeros(DType.FLOAT32, more, a.size(1)));
      put(parameter, whole.escape());
    }
  }

  boolean has(String parameter) {
    return values.containsKey(parameter);
  }

  Tensor get(String parameter) {
    Tensor value = values.get(parameter);
    if (value == null) {
      throw new IllegalArgumentException("no value of '" + parameter + "' was combined");
    }
    return value;
  }

  @Override
  public void close() {
    values.values().forEach(Tensor::close);
    values.clear();
  }
}
