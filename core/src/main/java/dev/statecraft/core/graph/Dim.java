package dev.statecraft.core.graph;

/**
 * One size of a shape: a number, or a count that differs from batch to batch.
 *
 * @param symbol name of the count, or the empty string for a number
 * @param size the number; 0 if it is a symbol
 */
public record Dim(String symbol, long size) {
  /** All tokens of the batch, sequences laid end to end. */
  public static final Dim TOKENS = new Dim("tokens", 0);

  /** Sequences (or images) of the batch. */
  public static final Dim SEQUENCES = new Dim("sequences", 0);

  /** Image patches of the batch, without class tokens. */
  public static final Dim PATCHES = new Dim("patches", 0);

  /** Tokens of the batch that carry a label. */
  public static final Dim LABELS = new Dim("labels", 0);

  public static Dim of(long size) {
    if (size <= 0) {
      throw new GraphException("a fixed size: expected 1 or more, found " + size);
    }
    return new Dim("", size);
  }

  public boolean isFixed() {
    return symbol.isEmpty();
  }

  @Override
  public String toString() {
    return isFixed() ? Long.toString(size) : symbol;
  }
}
