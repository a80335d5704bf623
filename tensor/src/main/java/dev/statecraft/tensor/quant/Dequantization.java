package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Rows;
import dev.statecraft.tensor.vector.Bfloat16;
import dev.statecraft.tensor.vector.Codes;
import java.nio.ByteOrder;

/**
 * Kernels that dequantize on the CPU to float32 or bfloat16 in one pass: a code is looked up in a
 * table of its block's (or row's) values, already scaled and rounded. Plain Java: a table of this
 * size stays in the processor's nearest cache, and what is left is the speed of memory.
 */
final class Dequantization {
  /** Blocks of NF4 that are looked up between copies from and to native memory. */
  private static final int TILE = 64;

  static final boolean VECTORS = Rows.haveVectors() && Codes.looksUpSixteen();

  private static final int CODES = Nf4Levels.BLOCK / 2;

  private Dequantization() {}

  /** Whether these kernels write a tensor; without memory, whether they would. */
  static boolean supports(Tensor target) {
    return target.torch().kernels() == Device.CPU
        && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        && (target.dtype() == DType.FLOAT32 || target.dtype() == DType.BFLOAT16)
        && target.isContiguous();
  }

  /** Whether there is nothing to compute: no memory, or no values. */
  static boolean isEmpty(Tensor target) {
    return target.torch().device() == Device.META || target.elements() == 0;
  }

  // ---- NF4 ----

  /** Writes an even number of values. */
  static void nf4(Tensor target, Nf4Blocks source) {
    if (isEmpty(target)) {
      return;
    }
    Nf4Scales scales = new Nf4Scales(source);
    Memory codes = new Memory(source.codes());
    Memory values = new Memory(target);
    boolean narrow = target.dtype() == DType.BFLOAT16;
    target
        .torch()
        .workers()
        .share(
            source.scaleCodes().elements(),
            Nf4Levels.BLOCK,
            (from, to) -> {
              Nf4Tile tile = narrow ? new NarrowTile() : new WideTile();
              for (long block = from; block < to; block += TILE) {
                int count = (int) Math.min(TILE, to - block);
                int size = codes.read(block * CODES, tile.codes, count * CODES);
                scales.read(block, count, tile);
                for (int i = 0; i < count; i++) {
                  tile.lookUp(i * CODES, tile.scales[i]);
                }
                tile.write(values, block * Nf4Levels.BLOCK, 2 * size);
              }
            });
  }

  /** The scales of blocks. */
  private static final class Nf4Scales {
    private final Memory codes;
    private final float[] levels = Nf4Levels.scales();
    private final float[] largest;
    private final float mean;

    Nf4Scales(Nf4Blocks source) {
      codes = new Memory(source.scaleCodes());
      largest = new Memory(source.scaleLargest()).floats();
      mean = new Memory(source.scaleMean()).floats()[0];
    }

    void read(long first, int count, Nf4Tile tile) {
      codes.read(first, tile.scaleCodes, count);
      for (int i = 0; i < count; i++) {
        float group = largest[(int) ((first + i) / Nf4Levels.GROUP)];
        tile.scales[i] = levels[tile.scaleCodes[i] & 0xFF] * group + mean;
      }
    }
  }

  /** Some blocks' codes and values. */
  private abstract static class Nf4Tile {
    final byte[] codes = new byte[TILE * CODES];
    final byte[] scaleCodes = new byte[TILE];
    final float[] scales = new float[TILE];
    final float[] levels = Nf4Levels.values();

    /** Finds the values of the block whose codes start there. */
    abstract void lookUp(int start, float scale);

    /** Writes the first {@code count} values. */
    abstract void write(Memory target, long first, int count);
  }

  /** Two values of bfloat16 are found and written as one int. */
  private static final class NarrowTile extends Nf4Tile {
    private final int[] first = new int[16];
    private final int[] second = new int[16];
    private final int[] pairs = new int[TILE * CODES];

    @Override
    void lookUp(int start, float scale) {
      if (VECTORS) {
        Codes.pairs(codes, start, CODES, levels, scale, pairs);
        return;
      }
      for (int i = 0; i < 16; i++) {
        first[i] = roundedBits(levels[i] * scale);
        second[i] = first[i] << 16;
      }
      for (int i = start; i < start + CODES; i++) {
        int code = codes[i];
        pairs[i] = second[code & 15] | first[(code >>> 4) & 15];
      }
    }

    @Override
    void write(Memory target, long first, int count) {
      target.ints(first * Short.BYTES, count / 2).put(pairs, 0, count / 2);
    }
  }

  private static final class WideTile extends Nf4Tile {
    private final float[] scaled = new float[16];
    private final float[] values = new float[TILE * Nf4Levels.BLOCK];

    @Override
    void lookUp(int start, float scale) {
      for (int i = 0; i < 16; i++) {
        scaled[i] = levels[i] * scale;
      }
      for (int i = start; i < start + CODES; i++) {
        int code = codes[i];
        values[2 * i] = scaled[(code >>> 4) & 15];
        values[2 * i + 1] = scaled[code & 15];
      }
    }

    @Override
    void write(Memory target, long first, int count) {
      target.floats(first * Float.BYTES, count).put(values, 0, count);
    }
  }

  // ---- int8 ----

  static void int8(Tensor target, Int8Rows source) {
    if (isEmpty(target)) {
      return;
    }
    float[] largest = new Memory(source.largest()).floats();
    Memory codes = new Memory(source.codes());
    Memory values = new Memory(target);
    int width = Math.toIntExact(source.columns());
    boolean narrow = target.dtype() == DType.BFLOAT16;
    target
        .torch()
        .workers()
        .share(
            source.rows(),
            width,
            (from, to) -> {
              byte[] row = new byte[width];
              short[] rounded = new short[narrow ? width : 0];
              float[] wide = new float[width];
              for (long i = from; i < to; i++) {
                codes.read(i * width, row, width);
                if (narrow && Rows.haveVectors()) {
                  Codes.scale(row, largest[(int) i], Int8Rows.STEP, wide, width);
                  Bfloat16.narrow(wide, rounded, width);
                  values.shorts(i * width * Short.BYTES, width).put(rounded);
                } else if (narrow) {
                  scale(row, largest[(int) i], rounded);
                  values.shorts(i * width * Short.BYTES, width).put(rounded);
                } else {
                  scale(row, largest[(int) i], wide);
                  values.floats(i * width * Float.BYTES, width).put(wide);
                }
              }
            });
  }

  private static void scale(byte[] codes, float largest, short[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = (short) roundedBits(codes[i] * largest * Int8Rows.STEP);
    }
  }

  private static void scale(byte[] codes, float largest, float[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] = codes[i] * largest * Int8Rows.STEP;
    }
  }

  // ---- rounding ----

  /** The bits of a number rounded to bfloat16, to the nearest, ties to even. */
  static int roundedBits(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16;
  }
}
