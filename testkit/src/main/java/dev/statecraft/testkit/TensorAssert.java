package dev.statecraft.testkit;

import dev.statecraft.tensor.Tensor;
import java.util.Arrays;
import org.assertj.core.api.AbstractAssert;

/** Assertions on tensors. Unless told, the tolerance is that of the actual tensor's type. */
public final class TensorAssert extends AbstractAssert<TensorAssert, Tensor> {
  private TensorAssert(Tensor actual) {
    super(actual, TensorAssert.class);
  }

  public static TensorAssert assertThat(Tensor actual) {
    return new TensorAssert(actual);
  }

  public TensorAssert hasShape(long... shape) {
    isNotNull();
    if (!Arrays.equals(actual.shape(), shape)) {
      failWithMessage("expected shape %s, found %s", Arrays.toString(shape), actual);
    }
    return this;
  }

  /** Same shape, values close by the tolerance of the actual tensor's type. */
  public TensorAssert isCloseTo(Tensor expected) {
    isNotNull();
    return isCloseTo(expected, Closeness.of(actual.dtype()));
  }

  /** Same shape, values close. */
  public TensorAssert isCloseTo(Tensor expected, Closeness closeness) {
    return hasShape(expected.shape()).hasValues(expected.toDoubles(), closeness);
  }

  /** Values, row-major, close by the tolerance of the actual tensor's type. */
  public TensorAssert hasValues(double... expected) {
    isNotNull();
    return hasValues(expected, Closeness.of(actual.dtype()));
  }

  /** Values, row-major, close. */
  public TensorAssert hasValues(double[] expected, Closeness closeness) {
    isNotNull();
    closeness
        .mismatch(actual.toDoubles(), expected)
        .ifPresent(message -> failWithMessage("%s", message));
    return this;
  }
}
