package dev.statecraft.core.plan;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.quant.RowCodec;
import java.util.Arrays;
import java.util.Optional;

/** In which form stored states wait for the backward. */
public enum StateFormat {
  /** As they are. */
  EXACT("exact", null),
  /** In bfloat16; as they are in a model of that type. */
  BFLOAT16("bfloat16", RowCodec.BFLOAT16),
  /** One byte for a number, with 3 bits of fraction, and a scale for each row. */
  FLOAT8("float8", RowCodec.FLOAT8),
  /** One byte for a number, in 127 equal steps, and a scale for each row. */
  INT8("int8", RowCodec.INT8);

  /** Features from which a row gains in any format and type, its scale included. */
  private static final long LEAST_FEATURES = 8;

  private final String label;
  private final RowCodec codec;

  StateFormat(String label, RowCodec codec) {
    this.label = label;
    this.codec = codec;
  }

  /** The word for it in recipes and on the command line. */
  public String label() {
    return label;
  }

  /** How rows are converted; empty if they are not. */
  public Optional<RowCodec> codec() {
    return Optional.ofNullable(codec);
  }

  /**
   * The format in which a stored state of this shape waits: this one for rows {@code [rows,
   * features]} in the model's type, unless they are too narrow to gain; exact for all others.
   */
  StateFormat of(State state) {
    boolean rows = state.shape().dims().size() == 2 && state.shape().dims().get(1).isFixed();
    return rows
            && state.precision() == Precision.COMPUTE
            && state.shape().features() >= LEAST_FEATURES
        ? this
        : EXACT;
  }

  /**
   * Finds a format by its word.
   *
   * @throws UsageException if there is none
   */
  public static StateFormat of(String label) {
    return Arrays.stream(values())
        .filter(format -> format.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "states: expected exact, bfloat16, float8 or int8, found '" + label + "'"));
  }
}
