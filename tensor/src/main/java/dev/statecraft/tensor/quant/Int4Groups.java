package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;

/**
 * A matrix in 4 bits with zero points, as QA-LoRA needs it (Xu et al. 2023, "QA-LoRA:
 * Quantization-Aware Low-Rank Adaptation of Large Language Models", section 3.2): the inputs of
 * each row are cut into groups of neighbours, the last of which may be shorter. Of a group, the
 * zero point z is the smallest value and the scale s the largest less that, over 15, rounded to
 * float32; a value w has the code {@code c = round((w - z) / s)}, in float32, ties to even, and
 * stands for {@code c s + z}. Where all values of a group are one, the scale and the codes are 0.
 *
 * <p>Two codes make a byte, the first in its upper half. A row begins with a byte of its own; the
 * half that a row of odd length leaves over repeats its last code. Values for a float64 matrix are
 * computed in float64, all others in float32.
 *
 * @param group inputs that share a scale and a zero point, an even number
 * @param columns of the matrix
 * @param codes {@code [rows, columns / 2]}, uint8
 * @param scales {@code [rows, groups]}, float32
 * @param zeros {@code [rows, groups]}, float32
 */
public record Int4Groups(int group, long columns, Tensor codes, Tensor scales, Tensor zeros)
    implements QuantizedMatrix {
  /** The largest code. */
  private static final int LARGEST = 15;

  /** Both codes of a byte, whose constant is a session's. */
  private enum Table {
    CODES
  }

  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if they do not
   */
  public Int4Groups {
    checkGroup(group);
    if (codes.size(1) != bytesOfRow(columns)
        || scales.size(1) != groups(columns, group)
        || zeros.size(1) != scales.size(1)
        || scales.size(0) != codes.size(0)
        || zeros.size(0) != codes.size(0)) {
      throw new IllegalArgumentException(
          "expected codes, scales and zeros of one matrix of "
              + columns
              + " columns in groups of "
              + group
              + ", found "
              + codes
              + ", "
              + scales
              + ", "
              + zeros);
    }
  }

  private static void checkGroup(int group) {
    if (group < 2 || group % 2 != 0) {
      throw new IllegalArgumentException("expected groups of an even number, found " + group);
    }
  }

  /** Bytes of the codes of one row. */
  public static long bytesOfRow(long columns) {
    return (columns + 1) / 2;
  }

  /** Groups of one row. */
  public static long groups(long columns, int group) {
    return (columns + group - 1) / group;
  }

  /**
   * A matrix whose parts are to be filled: what they hold is undefined.
   *
   * @throws IllegalArgumentException if the group is not even
   */
  public static Int4Groups empty(Torch torch, long rows, long columns, int group) {
    checkGroup(group);
    try (Scope scope = torch.scope()) {
      Tensor codes = torch.empty(DType.UINT8, rows, bytesOfRow(columns));
      Tensor scales = torch.empty(DType.FLOAT32, rows, groups(columns, group));
      Tensor zeros = torch.empty(DType.FLOAT32, rows, groups(columns, group));
      return new Int4Groups(group, columns, codes.escape(), scales.escape(), zeros.escape());
    }
  }

  /**
   * Quantizes a row-major matrix of any floating type.
   *
   * @throws IllegalArgumentException if the group is not even
   */
  public static Int4Groups of(Tensor weight, int group) {
    Torch torch = weight.torch();
    Int4Groups result = empty(torch, weight.size(0), weight.size(1), group);
    boolean done = false;
    try {
      long step = result.rowsOfPiece(torch);
      if (torch.device() != Device.META && weight.elements() > 0) {
        for (long start = 0; start < result.rows(); start += step) {
          long count = Math.min(step, result.rows() - start);
          try (Scope scope = torch.scope()) {
            result.quantize(weight.narrow(0, start, count).as(DType.FLOAT32), start);
          }
        }
      }
      done = true;
      return result;
    } finally {
      if (!done) {
        result.close();
      }
    }
  }

  private long rowsOfPiece(Torch session) {
    return Math.max(1, session.piece() / Math.max(1, columns));
  }

  /** Fills rows from {@code start} on. */
  private void quantize(Tensor rows, long start) {
    long count = rows.size(0);
    long groups = scales.size(1);
    Tensor values = inGroups(rows);
    try (Scalar zeroCode = new Scalar(0.0);
        Scalar lastCode = new Scalar((double) LARGEST);
        ScalarOptional least = new ScalarOptional(zeroCode);
        ScalarOptional most = new ScalarOptional(lastCode)) {
      Tensor zero = Tensor.fresh(rows.torch(), values.handle().amin(new long[] {1}, true));
      Tensor scale = scale(values.maxKeep(1), zero, lastCode);
      zeros.narrow(0, start, count).copyFrom(zero.view(count, groups));
      scales.narrow(0, start, count).copyFrom(scale.view(count, groups));
      // Where the scale is 0, all of the group is: (w - zero) / 1.
      Tensor found = values.sub(zero).divInPlace(scale.maskedFillInPlace(scale.equalTo(0), 1));
      found.handle().round_().clamp_(least, most);
      Tensor pairs = found.view(-1, 2);
      Tensor bytes = pairs.select(1, 0).mul(16).addInPlace(pairs.select(1, 1));
      codes
          .narrow(0, start, count)
          .copyFrom(bytes.view(count, groups * group / 2).narrow(1, 0, bytesOfRow(columns)));
    }
  }

  /** {@code (largest - zero) / 15}, rounded once. */
  private static Tensor scale(Tensor largest, Tensor zero, Scalar lastCode) {
    try (Tensor range = largest.copyTo(DType.FLOAT64).subInPlace(zero)) {
      range.handle().div_(lastCode);
      return range.copyTo(DType.FLOAT32);
    }
  }

  /** Rows as {@code [rows * groups, group]}; what the last group lacks repeats its last value. */
  private Tensor inGroups(Tensor rows) {
    long width = scales.size(1) * group;
    if (width == columns) {
      return rows.reshape(-1, group);
    }
    Tensor padded = rows.torch().empty(DType.FLOAT32, rows.size(0), width);
    padded.narrow(1, 0, columns).copyFrom(rows);
    padded
        .narrow(1, columns, width - columns)
        .copyFrom(rows.narrow(1, columns - 1, 1).expand(rows.size(0), width - columns));
    return padded.view(-1, group);
  }

  @Override
  public long rows() {
    return codes.size(0);
  }

  @Override
  public long bytes() {
    return codes.bytes() + scales.bytes() + zeros.bytes();
  }

  @Override
  public void dequantizeInto(Tensor target) {
    Torch session = target.torch();
    if (Dequantization.supports(target)) {
      Int4Kernel.run(target, this);
      return;
    }
    try (Scope scope = session.scope()) {
      Tensor pairs =
          session
              .constants()
              .of(Table.CODES, () -> session.of(DType.FLOAT32, pairsOfCodes(), 512))
              .view(-1, 2);
      long step = rowsOfPiece(session);
      long whole = columns / group;
      for (long start = 0; start < rows() && columns > 0; start += step) {
        long count = Math.min(step, rows() - start);
        try (Scope temporaries = session.scope()) {
          Tensor bytes = codes.narrow(0, start, count).copyTo(DType.INT32).view(-1);
          Tensor found = pairs.indexSelect(0, bytes).view(count, 2 * bytesOfRow(columns));
          Tensor part = target.narrow(0, start, count);
          if (whole > 0) {
            write(part, found, start, 0, whole, group);
          }
          if (whole < scales.size(1)) {
            write(part, found, start, whole, 1, columns - whole * group);
          }
        }
      }
    }
  }

  /** Writes the values of some groups of one width, of rows from {@code start} on. */
  private void write(Tensor target, Tensor found, long start, long first, long groups, long width) {
    long count = target.size(0);
    long from = first * group;
    DType type = target.dtype().master();
    Tensor values = found.narrow(1, from, groups * width).reshape(count, groups, width);
    Tensor scale = scales.narrow(0, start, count).narrow(1, first, groups).as(type);
    Tensor zero = zeros.narrow(0, start, count).narrow(1, first, groups).as(type);
    target
        .narrow(1, from, groups * width)
        .view(count, groups, width)
        .copyFrom(values.mul(scale.unsqueeze(2)).addInPlace(zero.unsqueeze(2)));
  }

  /** Both codes of every byte, {@code [256, 2]} row by row. */
  private static float[] pairsOfCodes() {
    float[] pairs = new float[2 * 256];
    for (int code = 0; code < 256; code++) {
      pairs[2 * code] = code >> 4;
      pairs[2 * code + 1] = code & LARGEST;
    }
    return pairs;
  }

  @Override
  public void claim(MemoryCategory purpose) {
    codes.claim(purpose);
    scales.claim(purpose);
    zeros.claim(purpose);
  }

  @Override
  public void close() {
    codes.close();
    scales.close();
    zeros.close();
  }
}
