package dev.statecraft.formats.checkpoint;

/**
 * Where a checkpoint has the parts of a matrix that it holds in 4 bits: {@code codes [rows, columns
 * / 2]} of two codes a byte, the first in its upper half, {@code scales} and {@code zeros [rows,
 * groups]}, float32. A value is {@code code * scale + zero} of its group of neighbouring columns.
 *
 * @param source where the parts are tensors
 * @param name of the matrix there, which those of its parts begin with
 * @param rows of the matrix
 * @param columns of the matrix, an even number
 * @param group columns that share a scale and a zero; the last group may have fewer
 */
public record PackedMatrix(
    CheckpointSource source, String name, long rows, long columns, int group) {
  /** What the name of the codes adds to that of the matrix. */
  public static final String CODES = ".codes";

  /** The same for scales. */
  public static final String SCALES = ".scales";

  /** The same for zeros. */
  public static final String ZEROS = ".zeros";

  /** The name of the codes. */
  public String codes() {
    return name + CODES;
  }

  /** The name of the scales. */
  public String scales() {
    return name + SCALES;
  }

  /** The name of the zeros. */
  public String zeros() {
    return name + ZEROS;
  }

  /** Groups of one row. */
  public long groups() {
    return (columns + group - 1) / group;
  }
}
