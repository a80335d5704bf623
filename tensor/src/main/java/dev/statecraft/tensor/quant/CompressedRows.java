package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Rows;
import java.util.List;

/** Rows held in fewer bytes, see {@link RowCodec}; owned by whoever holds them. */
public final class CompressedRows implements AutoCloseable {
  private final RowCodec codec;
  private final DType original;
  private final Tensor values;
  private final Tensor scales;

  /**
   * @param original type of the rows before and after
   * @param values {@code [rows, width]}
   * @param scales {@code [rows, 1]} of float32, or null if the codec has none
   */
  CompressedRows(RowCodec codec, DType original, Tensor values, Tensor scales) {
    this.codec = codec;
    this.original = original;
    this.values = values;
    this.scales = scales;
  }

  /** The rows in their own type, rounded as the codec does: a tensor of the innermost scope. */
  public Tensor restore() {
    if (!codec.isScaled()) {
      return values.as(original);
    }
    Tensor target = values.torch().empty(original, values.shape());
    if (Rows.supports(target)) {
      CodeKernels.restore(codec, target, values, scales);
    } else {
      codec.restoreWithLibtorch(target, values, scales);
    }
    return target;
  }

  /** Codes and, if there are any, scales; still owned by this. */
  public List<Tensor> tensors() {
    return codec.isScaled() ? List.of(values, scales) : List.of(values);
  }

  /** Bytes of codes and scales. */
  public long bytes() {
    return values.bytes() + (codec.isScaled() ? scales.bytes() : 0);
  }

  @Override
  public void close() {
    values.close();
    if (codec.isScaled()) {
      scales.close();
    }
  }
}
