package dev.statecraft.core.graph;

/**
 * One size of a shape: a number, or the rows along an {@link Axis}, which each batch has its own.
 */
public sealed interface Dim permits Axis, Dim.Fixed {
  /**
   * A number.
   *
   * @param size 1 or more
   */
  record Fixed(long size) implements Dim {
    public Fixed {
      if (size <= 0) {
        throw new GraphException("a fixed size: expected 1 or more, found " + size);
      }
    }

    @Override
    public boolean isFixed() {
      return true;
    }

    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /**
   * A number.
   *
   * @throws GraphException if it is not 1 or more
   */
  static Dim.Fixed of(long size) {
    return new Fixed(size);
  }

  /** Whether it is a number. */
  boolean isFixed();
}
