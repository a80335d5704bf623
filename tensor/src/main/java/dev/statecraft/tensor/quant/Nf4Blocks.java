package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/**
 * A matrix as {@link Quantization#NF4}.
 *
 * @param rows of the matrix
 * @param columns of the matrix
 * @param codes of two values a byte, {@code [values / 2]}, uint8
 * @param scaleCodes of each block's scale, {@code [blocks]}, uint8
 * @param scaleLargest magnitude of each group of scales less their mean, {@code [groups]}, float32
 * @param scaleMean mean of the scales, {@code [1]}, float32
 */
record Nf4Blocks(
    long rows, long columns, Tensor codes, Tensor scaleCodes, Tensor scaleLargest, Tensor scaleMean)
    implements QuantizedMatrix {
  static Nf4Blocks of(Tensor weight) {
    Torch torch = weight.torch();
    long values = weight.elements();
    long blocks = parts(values, Nf4Levels.BLOCK);
    long groups = parts(blocks, Nf4Levels.GROUP);
    try (Scope scope = torch.scope()) {
      Nf4Blocks result =
          new Nf4Blocks(
              weight.size(0),
              weight.size(1),
              torch.empty(DType.UINT8, parts(values, 2)),
              torch.empty(DType.UINT8, blocks),
              torch.empty(DType.FLOAT32, groups),
              torch.empty(DType.FLOAT32, 1));
      if (torch.device() != Device.META && values > 0) {
        result.quantizeScales(result.quantizeValues(weight.view(values)));
      }
      result.escape();
      return result;
    }
  }

  private void escape() {
    codes.escape();
    scaleCodes.escape();
    scaleLargest.escape();
    scaleMean.escape();
  }

  private static long parts(long count, long size) {
    return (count + size - 1) / size;
  }

  /** Fills the codes; returns the scale of every block. */
  private Tensor quantizeValues(Tensor values) {
    Torch session = values.torch();
    Tensor bounds = vector(session, Nf4Levels.bounds(Nf4Levels.values()));
    Tensor scales = session.empty(DType.FLOAT32, scaleCodes.elements());
    long piece = session.piece();
    for (long start = 0; start < values.elements(); start += piece) {
      long count = Math.min(piece, values.elements() - start);
      try (Scope scope = session.scope()) {
        Tensor rows = inRows(values.narrow(0, start, count), Nf4Levels.BLOCK);
        Tensor most = Magnitudes.largest(rows);
        scales
            .narrow(0, start / Nf4Levels.BLOCK, most.elements())
            .copyFrom(most.view(most.elements()));
        Tensor pairs = nearest(rows.mul(Magnitudes.inverse(most, 1)), bounds).view(-1, 2);
        Tensor bytes = pairs.select(1, 0).mul(16).addInPlace(pairs.select(1, 1));
        long size = parts(count, 2);
        codes.narrow(0, start / 2, size).copyFrom(bytes.narrow(0, 0, size));
      }
    }
    return scales;
  }

  private void quantizeScales(Tensor scales) {
    Torch session = scales.torch();
    scaleMean.fill((float) scales.sum() / scales.elements());
    Tensor rows = inRows(scales.sub(scaleMean), Nf4Levels.GROUP);
    Tensor most = Magnitudes.largest(rows);
    scaleLargest.copyFrom(most.view(most.elements()));
    Tensor bounds = vector(session, Nf4Levels.bounds(Nf4Levels.scales()));
    Tensor found = nearest(rows.mul(Magnitudes.inverse(most, 1)), bounds);
    scaleCodes.copyFrom(found.view(-1).narrow(0, 0, scales.elements()));
  }

  /** A vector as rows of so many numbers in float32, filled up with zeros. */
  private static Tensor inRows(Tensor values, long width) {
    long count = values.elements();
    if (count % width == 0) {
      return values.as(DType.FLOAT32).view(-1, width);
    }
    Tensor padded = values.torch().zeros(DType.FLOAT32, parts(count, width) * width);
    padded.narrow(0, 0, count).copyFrom(values);
    return padded.view(-1, width);
  }

  /** How many of the ascending bounds lie below each number, int32. */
  private static Tensor nearest(Tensor numbers, Tensor bounds) {
    return Tensor.fresh(
        numbers.torch(), torch.bucketize(numbers.handle(), bounds.handle(), true, false));
  }

  private enum Table {
    PAIRS,
    SCALES
  }

  private static Tensor table(Torch session, Table table, Supplier<float[]> values) {
    return session.constants().of(table, () -> vector(session, values.get()));
  }

  private static Tensor vector(Torch session, float[] values) {
    return session.of(DType.FLOAT32, values, values.length);
  }

  @Override
  public long bytes() {
    return codes.bytes() + scaleCodes.bytes() + scaleLargest.bytes() + scaleMean.bytes();
  }

  @Override
  public void dequantizeInto(Tensor target) {
    Torch session = target.torch();
    if (Dequantization.supports(target) && target.elements() % 2 == 0) {
      Dequantization.nf4(target, this);
      return;
    }
    try (Scope scope = session.scope()) {
      Tensor flat = target.view(target.elements());
      Tensor scales = scales(session);
      Tensor pairs = table(session, Table.PAIRS, Nf4Blocks::pairsOfLevels).view(-1, 2);
      long piece = session.piece();
      for (long start = 0; start < flat.elements(); start += piece) {
        long count = Math.min(piece, flat.elements() - start);
        try (Scope temporaries = session.scope()) {
          Tensor bytes = codes.narrow(0, start / 2, parts(count, 2)).copyTo(DType.INT32);
          Tensor levels = inRows(pairs.indexSelect(0, bytes).view(-1), Nf4Levels.BLOCK);
          Tensor own = scales.narrow(0, start / Nf4Levels.BLOCK, levels.size(0)).unsqueeze(1);
          Tensor part = flat.narrow(0, start, count);
          if (count % Nf4Levels.BLOCK == 0) {
            part.view(-1, Nf4Levels.BLOCK).setToProduct(levels, own);
          } else {
            part.copyFrom(levels.mul(own).view(-1).narrow(0, 0, count));
          }
        }
      }
    }
  }

  /** The scale of every block, {@code [blocks]}, float32. */
  private Tensor scales(Torch session) {
    Tensor levels =
        table(session, Table.SCALES, Nf4Levels::scales)
            .indexSelect(0, scaleCodes.copyTo(DType.INT32));
    Tensor rows = inRows(levels, Nf4Levels.GROUP);
    Tensor scaled = rows.mul(scaleLargest.unsqueeze(1)).addInPlace(scaleMean);
    return scaled.view(-1).narrow(0, 0, levels.elements());
  }

  /** Both levels of every byte, {@code [256, 2]} row by row. */
  private static float[] pairsOfLevels() {
    float[] levels = Nf4Levels.values();
    float[] pairs = new float[2 * 256];
    for (int code = 0; code < 256; code++) {
      pairs[2 * code] = levels[code >> 4];
      pairs[2 * code + 1] = levels[code & 15];
    }
    return pairs;
  }

  @Override
  public void claim(MemoryCategory purpose) {
    codes.claim(purpose);
    scaleCodes.claim(purpose);
    scaleLargest.claim(purpose);
    scaleMean.claim(purpose);
  }

  @Override
  public void close() {
    codes.close();
    scaleCodes.close();
    scaleLargest.close();
    scaleMean.close();
  }
}
