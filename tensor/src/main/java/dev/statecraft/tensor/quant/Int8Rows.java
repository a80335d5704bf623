package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;

/**
 * A matrix as {@link Quantization#INT8}.
 *
 * @param codes {@code [rows, columns]}, int8
 * @param largest magnitude of each row, {@code [rows]}, float32
 */
record Int8Rows(Tensor codes, Tensor largest) implements QuantizedMatrix {
  /** A code times a row's largest magnitude times this is the value. */
  static final float STEP = 1 / 127f;

  static Int8Rows of(Tensor weight) {
    Torch torch = weight.torch();
    long rows = weight.size(0);
    long columns = weight.size(1);
    try (Scope whole = torch.scope()) {
      Tensor codes = torch.empty(DType.INT8, rows, columns);
      Tensor largest = torch.empty(DType.FLOAT32, rows);
      long step = rowsOfPiece(torch, columns);
      for (long start = 0; start < rows && torch.device() != Device.META; start += step) {
        long count = Math.min(step, rows - start);
        try (Scope scope = torch.scope()) {
          Tensor values = weight.narrow(0, start, count).as(DType.FLOAT32);
          Tensor most = Magnitudes.largest(values);
          largest.narrow(0, start, count).copyFrom(most.view(count));
          Tensor scaled = values.mul(Magnitudes.inverse(most, 127));
          scaled.handle().round_();
          codes.narrow(0, start, count).copyFrom(scaled);
        }
      }
      return new Int8Rows(codes.escape(), largest.escape());
    }
  }

  private static long rowsOfPiece(Torch session, long columns) {
    return Math.max(1, session.piece() / Math.max(1, columns));
  }

  @Override
  public long rows() {
    return codes.size(0);
  }

  @Override
  public long columns() {
    return codes.size(1);
  }

  @Override
  public long bytes() {
    return codes.bytes() + largest.bytes();
  }

  @Override
  public void dequantizeInto(Tensor target) {
    Torch torch = target.torch();
    if (Dequantization.supports(target)) {
      Dequantization.int8(target, this);
      return;
    }
    long step = rowsOfPiece(torch, columns());
    for (long start = 0; start < rows(); start += step) {
      long count = Math.min(step, rows() - start);
      try (Scope scope = torch.scope()) {
        Tensor values = codes.narrow(0, start, count).copyTo(DType.FLOAT32);
        values.mulInPlace(largest.narrow(0, start, count).unsqueeze(1));
        target.narrow(0, start, count).copyFrom(values.mulInPlace(STEP));
      }
    }
  }

  @Override
  public void claim(MemoryCategory purpose) {
    codes.claim(purpose);
    largest.claim(purpose);
  }

  @Override
  public void close() {
    codes.close();
    largest.close();
  }
}
