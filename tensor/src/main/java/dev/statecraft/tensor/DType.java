package dev.statecraft.tensor;

import dev.statecraft.base.UsageException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element types. Names are the field's (PyTorch's). */
public enum DType {
  FLOAT64("float64", 8, ScalarType.Double),
  FLOAT32("float32", 4, ScalarType.Float),
  BFLOAT16("bfloat16", 2, ScalarType.BFloat16),
  FLOAT16("float16", 2, ScalarType.Half),
  INT64("int64", 8, ScalarType.Long),
  INT32("int32", 4, ScalarType.Int),
  INT8("int8", 1, ScalarType.Char),
  UINT8("uint8", 1, ScalarType.Byte),
  BOOL("bool", 1, ScalarType.Bool),
  /** One sign, four exponent and three fraction bits, up to 448: for storing, not for computing. */
  FLOAT8("float8_e4m3fn", 1, ScalarType.Float8_e4m3fn);

  private final String label;
  private final int bytes;
  private final ScalarType scalarType;

  DType(String label, int bytes, ScalarType scalarType) {
    this.label = label;
    this.bytes = bytes;
    this.scalarType = scalarType;
  }

  /** PyTorch's name, such as {@code bfloat16}. */
  public String label() {
    return label;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether gradients make sense for this type. */
  public boolean isFloating() {
    return compareTo(FLOAT16) <= 0;
  }

  /**
   * The type in which trainable parameters, their gradients and reductions over this type are held:
   * float64 for float64, float32 for everything narrower.
   */
  public DType master() {
    return this == FLOAT64 ? FLOAT64 : FLOAT32;
  }

  /**
   * Finds a type by PyTorch's name ({@code bf16}, {@code fp32} and {@code fp16} are understood).
   *
   * @throws IllegalArgumentException if there is none
   */
  public static DType of(String label) {
    for (DType type : values()) {
      if (type.label.equals(label)) {
        return type;
      }
    }
    return switch (label) {
      case "bf16" -> BFLOAT16;
      case "fp16", "half" -> FLOAT16;
      case "fp32", "float" -> FLOAT32;
      case "fp64", "double" -> FLOAT64;
      default ->
          throw new UsageException(
              "dtype: expected float64, float32, bfloat16 or float16, found '" + label + "'");
    };
  }

  /** libtorch's own. */
  public ScalarType scalarType() {
    return scalarType;
  }

  static DType of(ScalarType type) {
    for (DType candidate : values()) {
      if (candidate.scalarType == type) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("element type " + type + " is not supported");
  }

  @Override
  public String toString() {
    return label;
  }
}
