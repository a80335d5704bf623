package dev.statecraft.core.graph;

/** What the symbols of {@link Dim} stand for in one batch. */
public record Extents(long tokens, long sequences, long patches) {
  long of(Dim dim) {
    if (dim.isFixed()) {
      return dim.size();
    }
    if (dim.equals(Dim.TOKENS)) {
      return tokens;
    }
    return dim.equals(Dim.SEQUENCES) ? sequences : patches;
  }
}
