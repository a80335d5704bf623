package dev.statecraft.models.embedding;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads the values of a dense layer, which are few, into the heap. */
final class DenseValues {
  private DenseValues() {}

  /**
   * A tensor of floats.
   *
   * @param source what messages call its file
   * @throws InvalidInputException if it is not there or of another shape or type
   */
  static float[] read(SafetensorsFile file, Path source, String name, long... shape) {
    if (!file.names().contains(name)) {
      throw new InvalidInputException(
          source + ": expected the tensor '" + name + "', found " + file.names());
    }
    TensorEntry entry = file.entry(name);
    if (!Arrays.equals(entry.shape(), shape)) {
      throw new InvalidInputException(
          source
              + ": tensor '"
              + name
              + "': expected the shape "
              + Arrays.toString(shape)
              + ", found "
              + Arrays.toString(entry.shape()));
    }
    ByteBuffer bytes = file.read(name).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[Math.toIntExact(entry.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (entry.type()) {
            case F64 -> (float) bytes.getDouble();
            case F32 -> bytes.getFloat();
            case BF16 -> Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
            case F16 -> half(bytes.getShort());
            case I64, I32, I16, I8, U8, BOOL ->
                throw new InvalidInputException(
                    source + ": tensor '" + name + "': expected floats, found " + entry.type());
          };
    }
    return values;
  }

  /** IEEE 754's binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float size =
        exponent == 0
            ? fraction * 0x1p-24f
            : exponent == 0x1f
                ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
                : Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
    return bits < 0 ? -size : size;
  }
}
