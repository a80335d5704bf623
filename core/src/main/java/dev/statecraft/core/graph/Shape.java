package dev.statecraft.core.graph;

import java.util.List;
import java.util.stream.Collectors;

/** A symbolic shape, such as {@code [tokens, 576]}. */
public record Shape(List<Dim> dims) {
  public Shape {
    dims = List.copyOf(dims);
  }

  public static Shape of(Dim... dims) {
    return new Shape(List.of(dims));
  }

  /** {@code [rows, features]}, the rows along an axis. */
  public static Shape along(Axis axis, long features) {
    return of(axis, Dim.of(features));
  }

  /** {@code [tokens, features]}. */
  public static Shape tokens(long features) {
    return along(Axis.TOKENS, features);
  }

  /** {@code [sequences, features]}. */
  public static Shape sequences(long features) {
    return along(Axis.SEQUENCES, features);
  }

  /**
   * The axis of the rows (the first dimension).
   *
   * @throws GraphException if it is a fixed number, or there is none
   */
  public Axis axis() {
    if (dims.isEmpty() || !(dims.get(0) instanceof Axis axis)) {
      throw new GraphException("expected rows along an axis, found the shape " + this);
    }
    return axis;
  }

  /** The same rows with another number of features (the last dimension). */
  public Shape withFeatures(long features) {
    Dim[] changed = dims.toArray(Dim[]::new);
    changed[changed.length - 1] = Dim.of(features);
    return of(changed);
  }

  /**
   * Size of the last dimension.
   *
   * @throws GraphException if it is not a fixed number
   */
  public long features() {
    if (dims.isEmpty() || !(dims.get(dims.size() - 1) instanceof Dim.Fixed last)) {
      throw new GraphException("expected a shape that ends in a fixed size, found " + this);
    }
    return last.size();
  }

  /** Number of elements of one row: the product of the fixed sizes. */
  public long fixedElements() {
    long count = 1;
    for (Dim dim : dims) {
      if (dim instanceof Dim.Fixed number) {
        count = Math.multiplyExact(count, number.size());
      }
    }
    return count;
  }

  /** The shape in numbers for one batch. */
  public long[] resolve(Extents extents) {
    return dims.stream().mapToLong(extents::of).toArray();
  }

  /** Number of elements in one batch. */
  public long elements(Extents extents) {
    long count = 1;
    for (Dim dim : dims) {
      count = Math.multiplyExact(count, extents.of(dim));
    }
    return count;
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
