package dev.statecraft.core.graph;

/** What the symbols of {@link Dim} stand for in one batch. */
public record Extents(long tokens, long sequences, long patches, long labels) {
  long of(Dim dim) {
    if (dim.isFixed()) {
      return dim.size();
    }
    if (dim.equals(Dim.TOKENS)) {
      return tokens;
    }
    if (dim.equals(Dim.SEQUENCES)) {
      return sequences;
    }
    return dim.equals(Dim.PATCHES) ? patches : labels;
  }
}
