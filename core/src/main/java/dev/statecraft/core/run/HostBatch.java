package dev.statecraft.core.run;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.HashMap;
import java.util.Map;

/**
 * One micro-batch in Java arrays: made without a session, so on any thread.
 *
 * @param extents its axes, and where sequences begin and end along them
 * @param values of the graph's inputs by name
 */
public record HostBatch(Extents extents, Map<String, Value> values) {
  /** Values of one state; the arrays they are made from must not change any more. */
  public interface Value {
    /**
     * Makes the tensor, owned by the current scope or the caller.
     *
     * @param computeType the model's type
     */
    Tensor upload(Torch torch, DType computeType);

    /** Indices {@code [values.length]}. */
    static Value indices(int[] values) {
      return (torch, computeType) -> torch.ofInts(values);
    }

    /** Numbers {@code [values.length]} in the model's master type. */
    static Value numbers(double[] values) {
      return (torch, computeType) -> torch.of(computeType.master(), values, values.length);
    }

    /** Features of any shape, row-major, in the model's type. */
    static Value features(float[] values, long... shape) {
      return (torch, computeType) -> torch.of(computeType, values, shape);
    }
  }

  public HostBatch {
    values = Map.copyOf(values);
  }

  /** The batch as tensors of a session, on its thread; the caller closes it. */
  public Batch upload(Torch torch, DType computeType) {
    // If there is no memory for one of them, the scope closes the others.
    try (Scope scope = torch.scope()) {
      Map<String, Tensor> states = new HashMap<>();
      values.forEach((name, value) -> states.put(name, value.upload(torch, computeType)));
      states.values().forEach(Tensor::escape);
      return new Batch(extents, states);
    }
  }
}
