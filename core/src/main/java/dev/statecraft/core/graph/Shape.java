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

  /** {@code [tokens, features]}. */
  public static Shape tokens(long features) {
    return of(Dim.TOKENS, Dim.of(features));
  }

  /** {@code [sequences, features]}. */
  public static Shape sequences(long features) {
    return of(Dim.SEQUENCES, Dim.of(features));
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
    Dim last = dims.isEmpty() ? Dim.TOKENS : dims.get(dims.size() - 1);
    if (!last.isFixed()) {
      throw new GraphException("expected a shape that ends in a fixed size, found " + this);
    }
    return last.size();
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
