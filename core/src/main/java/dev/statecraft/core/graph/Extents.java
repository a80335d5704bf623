package dev.statecraft.core.graph;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The axes of one batch: how sequences lie along each, and so how many rows there are. All axes
 * have the same sequences.
 */
public final class Extents {
  private final Map<Axis, Layout> layouts;
  private final Map<Axis, Long> rows;

  private Extents(Map<Axis, Layout> layouts, Map<Axis, Long> rows) {
    this.layouts = layouts;
    this.rows = rows;
  }

  /** Of a batch whose sequences have tokens. */
  public static Extents of(Layout tokens) {
    return of(Axis.TOKENS, tokens);
  }

  /**
   * Of a batch with one axis, and its sequences.
   *
   * @throws IllegalArgumentException if the axis is not laid out
   */
  public static Extents of(Axis axis, Layout layout) {
    Map<Axis, Long> sequences = Map.of(Axis.SEQUENCES, (long) layout.sequences());
    return new Extents(Map.of(), sequences).with(axis, layout);
  }

  /**
   * These and a further axis along which the same sequences have other rows.
   *
   * @throws IllegalArgumentException if the axis is not laid out, or has more or fewer sequences
   */
  public Extents with(Axis axis, Layout layout) {
    if (!axis.isLaidOut()) {
      throw new IllegalArgumentException("axis '" + axis + "': expected one that is laid out");
    }
    if (layout.sequences() != rows(Axis.SEQUENCES)) {
      throw new IllegalArgumentException(
          "axis '"
              + axis
              + "': expected "
              + rows(Axis.SEQUENCES)
              + " sequences as along "
              + layouts.keySet()
              + ", found "
              + layout.sequences());
    }
    Map<Axis, Layout> more = new LinkedHashMap<>(layouts);
    more.put(axis, layout);
    return new Extents(more, counted(axis, layout.tokens()));
  }

  /**
   * These and so many rows chosen from those of other axes.
   *
   * @throws IllegalArgumentException if the axis is none of that kind
   */
  public Extents with(Axis axis, long count) {
    if (axis.kind() != Axis.Kind.CHOSEN) {
      throw new IllegalArgumentException("axis '" + axis + "': expected one of chosen rows");
    }
    return new Extents(layouts, counted(axis, count));
  }

  private Map<Axis, Long> counted(Axis axis, long count) {
    Map<Axis, Long> more = new LinkedHashMap<>(rows);
    more.put(axis, count);
    return more;
  }

  /**
   * How sequences lie along an axis.
   *
   * @throws IllegalArgumentException if the batch has no such axis
   */
  public Layout layout(Axis axis) {
    Layout layout = layouts.get(axis);
    if (layout == null) {
      throw unknown(axis, layouts);
    }
    return layout;
  }

  /** Rows along an axis; 0 if the batch has none. */
  public long rows(Axis axis) {
    return rows.getOrDefault(axis, 0L);
  }

  long of(Dim dim) {
    if (dim instanceof Dim.Fixed number) {
      return number.size();
    }
    Long count = rows.get(dim);
    if (count == null) {
      throw unknown(dim, rows);
    }
    return count;
  }

  private static IllegalArgumentException unknown(Dim axis, Map<Axis, ?> known) {
    return new IllegalArgumentException(
        "the batch: expected rows along the axis '" + axis + "', found " + known.keySet());
  }
}
