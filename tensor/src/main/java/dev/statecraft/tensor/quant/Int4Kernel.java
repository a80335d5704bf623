package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Rows;
import dev.statecraft.tensor.vector.Bfloat16;
import dev.statecraft.tensor.vector.Codes;
import java.util.function.Supplier;

/**
 * Dequantizes {@link Int4Groups} where {@link Dequantization} says that kernels of ours do. For
 * bfloat16, where vectors hold 16 ints, codes are looked up in a table of their group's values;
 * elsewhere they are scaled and shifted.
 */
final class Int4Kernel {
  /** Values of the rows between copies from and to native memory, unless one row has more. */
  private static final int TILE = 4096;

  private Int4Kernel() {}

  static void run(Tensor target, Int4Groups source) {
    if (Dequantization.isEmpty(target)) {
      return;
    }
    Memory codes = new Memory(source.codes());
    Memory scales = new Memory(source.scales());
    Memory zeros = new Memory(source.zeros());
    Memory values = new Memory(target);
    int width = Math.toIntExact(source.columns());
    Supplier<Tile> tiles = tiles(target.dtype(), width, source.group());
    target
        .torch()
        .workers()
        .share(
            source.rows(),
            width,
            (from, to) -> {
              Tile tile = tiles.get();
              for (long row = from; row < to; row += tile.rows) {
                int rows = (int) Math.min(tile.rows, to - row);
                int groups = rows * tile.groups;
                long group = row * tile.groups * Float.BYTES;
                codes.read(row * tile.packed, tile.codes, rows * tile.packed);
                scales.floats(group, groups).get(tile.scales, 0, groups);
                zeros.floats(group, groups).get(tile.zeros, 0, groups);
                for (int i = 0; i < rows; i++) {
                  tile.shift(i);
                }
                tile.write(values, row * width, rows * width);
              }
            });
  }

  private static Supplier<Tile> tiles(DType type, int width, int group) {
    if (type == DType.FLOAT32) {
      return () -> new WideTile(width, group);
    }
    return Dequantization.VECTORS && group % 32 == 0 && width % 2 == 0
        ? () -> new PairedTile(width, group)
        : () -> new NarrowTile(width, group);
  }

  /** Some rows' codes and values. */
  private abstract static class Tile {
    final int width;
    final int group;
    final int rows;

    /** Bytes of a row's codes. */
    final int packed;

    /** Groups of a row. */
    final int groups;

    final byte[] codes;
    final float[] scales;
    final float[] zeros;

    Tile(int width, int group) {
      this.width = width;
      this.group = group;
      rows = Math.max(1, TILE / width);
      packed = Math.toIntExact(Int4Groups.bytesOfRow(width));
      groups = Math.toIntExact(Int4Groups.groups(width, group));
      codes = new byte[rows * packed];
      scales = new float[rows * groups];
      zeros = new float[rows * groups];
    }

    /** Finds the values of a row. */
    abstract void shift(int row);

    /** Writes the first {@code count} values from an element of a matrix on. */
    abstract void write(Memory target, long element, int count);
  }

  private static class WideTile extends Tile {
    final float[] values;
    private final byte[] unpacked;

    WideTile(int width, int group) {
      super(width, group);
      values = new float[rows * width];
      unpacked = new byte[2 * packed];
    }

    @Override
    void shift(int row) {
      for (int i = 0; i < packed; i++) {
        int code = codes[row * packed + i];
        unpacked[2 * i] = (byte) ((code >>> 4) & 15);
        unpacked[2 * i + 1] = (byte) (code & 15);
      }
      int first = row * groups;
      if (Rows.haveVectors()) {
        Codes.shift(unpacked, group, scales, zeros, first, values, row * width, width);
        return;
      }
      for (int i = 0; i < width; i++) {
        int g = first + i / group;
        values[row * width + i] = unpacked[i] * scales[g] + zeros[g];
      }
    }

    @Override
    void write(Memory target, long element, int count) {
      target.floats(element * Float.BYTES, count).put(values, 0, count);
    }
  }

  private static final class NarrowTile extends WideTile {
    private final short[] rounded;

    NarrowTile(int width, int group) {
      super(width, group);
      rounded = new short[values.length];
    }

    @Override
    void write(Memory target, long element, int count) {
      if (Rows.haveVectors()) {
        Bfloat16.narrow(values, rounded, count);
      } else {
        for (int i = 0; i < count; i++) {
          rounded[i] = (short) Dequantization.roundedBits(values[i]);
        }
      }
      target.shorts(element * Short.BYTES, count).put(rounded, 0, count);
    }
  }

  /** Two values of bfloat16 are found and written as one int. */
  private static final class PairedTile extends Tile {
    private final int[] pairs;

    PairedTile(int width, int group) {
      super(width, group);
      pairs = new int[codes.length];
    }

    @Override
    void shift(int row) {
      int from = row * packed;
      int first = row * groups;
      int whole = width / group;
      Codes.pairs(codes, from, group / 2, scales, zeros, first, whole, pairs);
      for (int i = from + whole * group / 2; i < from + packed; i++) {
        float scale = scales[first + whole];
        float zero = zeros[first + whole];
        int high = Dequantization.roundedBits(((codes[i] >>> 4) & 15) * scale + zero);
        int low = Dequantization.roundedBits((codes[i] & 15) * scale + zero);
        pairs[i] = low << 16 | (high & 0xFFFF);
      }
    }

    @Override
    void write(Memory target, long element, int count) {
      target.ints(element * Short.BYTES, count / 2).put(pairs, 0, count / 2);
    }
  }
}
