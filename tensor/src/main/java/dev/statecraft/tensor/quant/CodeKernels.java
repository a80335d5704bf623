package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Rows;
import dev.statecraft.tensor.vector.RowCodes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The codes of one byte of {@link RowCodec}, each row in one pass, as kernels that {@linkplain Rows
 * go by rows} do.
 */
final class CodeKernels {
  private CodeKernels() {}

  /** Writes the codes {@code [rows, width]} and scales {@code [rows, 1]} of x. */
  static void compress(RowCodec codec, Tensor codes, Tensor scales, Tensor x) {
    if (Rows.isEmpty(x)) {
      return;
    }
    Rows in = Rows.of(x);
    Rows factors = Rows.of(scales);
    Pointer memory = codes.handle().data_ptr();
    int width = in.width();
    x.torch()
        .workers()
        .share(
            in.count(),
            width,
            (from, to) -> {
              ByteBuffer bytes = bytes(memory, from, to, width);
              Rows.Cursor i = in.between(from, to);
              Rows.Cursor s = factors.between(from, to);
              float[] row = new float[width];
              byte[] code = new byte[width];
              for (long index = from; index < to; index++) {
                i.read(index, row);
                float most = Math.max(RowCodes.absMax(row, width), codec.least());
                encode(codec, row, most, code);
                bytes.put(code);
                s.write(index, new float[] {most * (1 / codec.limit())});
              }
            });
  }

  private static void encode(RowCodec codec, float[] row, float most, byte[] code) {
    float factor = codec.limit() / most;
    if (!Float.isFinite(most)) {
      Arrays.fill(code, (byte) 0); // Times an infinite scale, or one that is NaN.
    } else if (codec == RowCodec.INT8) {
      RowCodes.toInt8(row, factor, code, row.length);
    } else {
      RowCodes.toFloat8(row, factor, code, row.length);
    }
  }

  /** Writes the rows that codes and scales stand for. */
  static void restore(RowCodec codec, Tensor target, Tensor codes, Tensor scales) {
    if (Rows.isEmpty(target)) {
      return;
    }
    Rows out = Rows.of(target);
    Rows factors = Rows.of(scales);
    Pointer memory = codes.handle().data_ptr();
    int width = out.width();
    target
        .torch()
        .workers()
        .share(
            out.count(),
            width,
            (from, to) -> {
              ByteBuffer bytes = bytes(memory, from, to, width);
              Rows.Cursor o = out.between(from, to);
              Rows.Cursor s = factors.between(from, to);
              float[] row = new float[width];
              float[] scale = new float[1];
              byte[] code = new byte[width];
              for (long index = from; index < to; index++) {
                bytes.get(code);
                s.read(index, scale);
                if (codec == RowCodec.INT8) {
                  RowCodes.fromInt8(code, scale[0], row, width);
                } else {
                  RowCodes.fromFloat8(code, scale[0], row, width);
                }
                o.write(index, row);
              }
            });
  }

  /** Some rows of a contiguous matrix of bytes. */
  private static ByteBuffer bytes(Pointer memory, long from, long to, long width) {
    Pointer start = new BytePointer(memory).position(from * width);
    return start.capacity(to * width).asByteBuffer();
  }
}
