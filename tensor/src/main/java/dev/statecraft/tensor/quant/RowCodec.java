package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.Rows;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;

/**
 * A way to hold rows of numbers in fewer bytes than they are computed in.
 *
 * <p>The two of one byte scale each row by its largest magnitude: a code is {@code x (limit /
 * max|x|)} rounded to the nearest, ties to even, and comes back times {@code max|x| / limit}, which
 * is held in float32. So int8 is off by at most half of 1/127 of the row's largest magnitude;
 * float8 by at most 1/16 of the number itself, or of 2^-6 / 448 of the largest magnitude where that
 * is more. A row that holds an infinity or NaN comes back as NaN in full, so that what blew up is
 * still seen to.
 *
 * <p>Where kernels {@linkplain Rows go by rows}, a tensor is read and written once; otherwise
 * libtorch's operations do the same on a few rows at a time. Both give the same codes.
 */
public enum RowCodec {
  /** No scales; exact for what is bfloat16 already, which is not even copied. */
  BFLOAT16(DType.BFLOAT16, 0),
  /** Float8 of four exponent and three fraction bits (e4m3fn), up to 448. */
  FLOAT8(DType.FLOAT8, 448),
  /** Whole numbers from -127 to 127. */
  INT8(DType.INT8, 127);

  private final DType codes;
  private final float limit;

  RowCodec(DType codes, float limit) {
    this.codes = codes;
    this.limit = limit;
  }

  /** Bytes of {@code [rows, width]} in this form. */
  public long bytes(long rows, long width) {
    return rows * (width * codes.bytes() + (isScaled() ? DType.FLOAT32.bytes() : 0));
  }

  /** The largest magnitude of a code; 0 where there are no scales. */
  float limit() {
    return limit;
  }

  boolean isScaled() {
    return limit > 0;
  }

  /**
   * What a row is taken to have as its largest magnitude if it has less: {@code limit / max|x|} and
   * the scale stay finite and no code comes from a division of zero by zero.
   */
  float least() {
    return limit * Float.MIN_NORMAL;
  }

  /**
   * Rows in this form. They are the caller's to close: scopes do not own them.
   *
   * @param x {@code [rows, width]} of a floating type; columns of a wider matrix will do
   */
  public CompressedRows compress(Tensor x) {
    if (x.dim() != 2 || !x.dtype().isFloating()) {
      throw new IllegalArgumentException("expected rows of floating-point numbers, found " + x);
    }
    Torch torch = x.torch();
    if (!isScaled()) {
      return new CompressedRows(this, x.dtype(), x.as(codes).escape(), null);
    }
    Tensor values = torch.empty(codes, x.shape());
    Tensor scales = torch.empty(DType.FLOAT32, x.size(0), 1);
    if (Rows.supports(x)) {
      CodeKernels.compress(this, values, scales, x);
    } else {
      compressWithLibtorch(values, scales, x);
    }
    return new CompressedRows(this, x.dtype(), values.escape(), scales.escape());
  }

  /** The same by libtorch's operations. */
  void compressWithLibtorch(Tensor values, Tensor scales, Tensor x) {
    byParts(
        x,
        (from, count) -> {
          Tensor part = x.narrow(0, from, count).copyTo(DType.FLOAT32);
          Tensor most = part.magnitude().maxKeep(1);
          try (Scalar floor = new Scalar(least())) {
            most.handle().clamp_min_(floor);
          }
          scales.narrow(0, from, count).setToProduct(most, 1 / limit);
          Tensor factor = x.torch().full(DType.FLOAT32, limit, count, 1).divInPlace(most);
          // NaN for the whole row if it is not finite: zero times the most is, then.
          factor.addInPlace(most.mulInPlace(0));
          part.mulInPlace(factor);
          zeroForNaN(part);
          if (codes == DType.INT8) {
            part.handle().round_();
          }
          values.narrow(0, from, count).copyFrom(part);
        });
  }

  private static void zeroForNaN(Tensor x) {
    if (x.torch().device() != Device.META) { // There libtorch has no such kernel.
      try (DoubleOptional zero = new DoubleOptional(0)) {
        x.handle().nan_to_num_(zero, zero, zero);
      }
    }
  }

  /** The rows that codes and scales stand for, into a tensor of their shape. */
  void restoreWithLibtorch(Tensor target, Tensor values, Tensor scales) {
    byParts(
        values,
        (from, count) -> {
          Tensor part = values.narrow(0, from, count).copyTo(DType.FLOAT32);
          part.mulInPlace(scales.narrow(0, from, count));
          target.narrow(0, from, count).copyFrom(part);
        });
  }

  private interface Part {
    void run(long from, long count);
  }

  private static void byParts(Tensor x, Part part) {
    long rows = Math.max(1, x.torch().piece() / Math.max(1, x.size(1)));
    for (long from = 0; from < x.size(0); from += rows) {
      try (Scope scope = x.torch().scope()) {
        part.run(from, Math.min(rows, x.size(0) - from));
      }
    }
  }
}
