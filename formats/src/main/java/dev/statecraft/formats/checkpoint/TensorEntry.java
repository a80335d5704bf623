package dev.statecraft.formats.checkpoint;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a checkpoint knows of a tensor without reading it.
 *
 * @param name name of the tensor, for example {@code model.layers.0.mlp.up_proj.weight}
 * @param type type of the elements
 * @param shape dimensions, outermost first; empty for a scalar. A copy goes in and out.
 * @param bytes size of the data: the product of {@code shape} times the size of an element
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, and compared by content
public record TensorEntry(String name, ElementType type, long[] shape, long bytes) {

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a dimension is negative or {@code bytes} does not fit the
   *     shape
   */
  public TensorEntry {
    Objects.requireNonNull(name, "name");
    shape = shape.clone();
    long expected = byteSize(type, shape);
    if (bytes != expected) {
      throw new IllegalArgumentException(
          name
              + ": "
              + type
              + Arrays.toString(shape)
              + " takes "
              + expected
              + " bytes, not "
              + bytes);
    }
  }

  /**
   * An entry whose size follows from its shape.
   *
   * @throws IllegalArgumentException if a dimension is negative or the size overflows
   */
  public static TensorEntry of(String name, ElementType type, long... shape) {
    return new TensorEntry(name, type, shape, byteSize(type, shape));
  }

  /**
   * Bytes that a tensor of this shape takes.
   *
   * @throws IllegalArgumentException if a dimension is negative or the size overflows a long
   */
  static long byteSize(ElementType type, long[] shape) {
    long elements = 1;
    boolean empty = false;
    try {
      for (long dimension : shape) {
        if (dimension < 0) {
          throw new IllegalArgumentException(
              "negative dimension in shape " + Arrays.toString(shape));
        }
        // A zero later in the shape must not hide that the dimensions before it overflow.
        empty |= dimension == 0;
        elements = Math.multiplyExact(elements, Math.max(dimension, 1));
      }
      long size = Math.multiplyExact(elements, (long) type.bytes());
      return empty ? 0 : size;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the size of " + type + Arrays.toString(shape) + " overflows 64 bits", e);
    }
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements; 1 for a scalar. */
  public long elements() {
    return bytes / type.bytes();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorEntry that
        && name.equals(that.name)
        && type == that.type
        && Arrays.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + type.hashCode()) + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return name + " " + type + Arrays.toString(shape);
  }
}
