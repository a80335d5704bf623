package dev.statecraft.core.graph;

import java.util.regex.Pattern;

/**
 * What the rows of states are: tokens of a source, tokens of a target, patches, regions... States
 * whose rows lie along one axis have the same number of rows in every batch, and the batch says how
 * they lie ({@link Extents}).
 *
 * @param name in shapes and errors, such as {@code tokens}; axes of one name are the same
 * @param kind what a sequence has of them
 */
public record Axis(String name, Kind kind) implements Dim {
  /** How rows belong to the sequences (or images, or pairs of texts) of a batch. */
  public enum Kind {
    /** Every sequence has a run of rows, end to end without padding: see {@link Layout}. */
    LAID_OUT,
    /** Every sequence has one row. */
    ONE_EACH,
    /** Rows were picked from others, by an index; only their number is known. */
    CHOSEN
  }

  // Before the axes, which are checked by it.
  private static final Pattern NAME = Pattern.compile("[a-z][a-z_0-9]*");

  /** The tokens of models that read one text, and of a decoder's own text. */
  public static final Axis TOKENS = of("tokens");

  /** The tokens of the text that an encoder reads for a decoder. */
  public static final Axis SOURCE_TOKENS = of("source_tokens");

  /** Patches of images, without class tokens. */
  public static final Axis PATCHES = of("patches");

  /** Sequences (or images) of the batch. */
  public static final Axis SEQUENCES = new Axis("sequences", Kind.ONE_EACH);

  /** Tokens that carry a label. */
  public static final Axis LABELS = new Axis("labels", Kind.CHOSEN);

  public Axis {
    if (!NAME.matcher(name).matches()) {
      throw new GraphException(
          "an axis: expected a name of lower-case letters, digits and _, found '" + name + "'");
    }
  }

  /** An axis along which every sequence has a run of rows. */
  public static Axis of(String name) {
    return new Axis(name, Kind.LAID_OUT);
  }

  /** Whether batches bring a {@link Layout} for it. */
  public boolean isLaidOut() {
    return kind == Kind.LAID_OUT;
  }

  @Override
  public boolean isFixed() {
    return false;
  }

  @Override
  public String toString() {
    return name;
  }
}
