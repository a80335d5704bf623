package dev.statecraft.adapters.combine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The values of a combined adapter by the names of its parameters, in float32. */
final class CombinedValues implements AutoCloseable {
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Torch torch;

  CombinedValues(Torch torch) {
    this.torch = torch;
  }

  /**
   * Takes over a tensor.
   *
   * @throws UsageException if it has values that float32 cannot hold
   */
  void put(String parameter, Tensor value) {
    if (values.containsKey(parameter)) {
      value.close();
      throw new IllegalStateException("two edges would be called '" + parameter + "'");
    }
    values.put(parameter, value);
    if (!value.isFinite()) {
      throw new UsageException(
          "combine: expected values that float32 can hold, found others in what becomes of '"
              + parameter
              + "'; smaller weights of the runs keep them small");
    }
  }

  /** Copies. */
  void putCopy(String parameter, Tensor value) {
    put(parameter, value.copyTo(DType.FLOAT32).escape());
  }

  /** One run's values as they are. */
  void putAll(List<Parameter> parameters, Member member) {
    putAll(parameters, member, UnaryOperator.identity());
  }

  /**
   * The same under other names.
   *
   * @throws dev.statecraft.base.InvalidInputException if there are values that are not finite
   */
  void putAll(List<Parameter> parameters, Member member, UnaryOperator<String> name) {
    for (Parameter parameter : parameters) {
      try (Scope scope = torch.scope()) {
        Tensor value = member.trained().value(torch, parameter, DType.FLOAT32);
        member.requireFinite(value, parameter.name());
        if (parameter.trainable()) {
          put(name.apply(parameter.name()), value.escape());
        } else {
          putShared(parameter.name(), value, member);
        }
      }
    }
  }

  /** What several edges read has one name, and so one value. */
  private void putShared(String parameter, Tensor value, Member member) {
    Tensor known = values.get(parameter);
    if (known == null) {
      put(parameter, value.escape());
    } else if (!Arrays.equals(known.toFloats(), value.toFloats())) {
      // Names have the seed and the rank in them, so this takes a file that was changed by hand.
      throw new InvalidInputException(
          "combine: expected the shared '"
              + parameter
              + "' to be that of all runs, found another in '"
              + member.name()
              + "'");
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
