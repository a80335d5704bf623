package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How logits are compared.
 *
 * @param prompts texts that both models read; empty for ours
 * @param tolerance the largest difference as a part of the largest logit; empty for that of the
 *     narrowest type that takes part
 * @param dtype that both are computed in
 * @param device where
 */
public record LogitsCheck(
    Optional<List<String>> prompts, OptionalDouble tolerance, DType dtype, Device device) {
  /** Rounding errors of float32 add up to some 1e-6 of the largest logit. */
  private static final double FLOAT32 = 1e-4;

  /** Twelve units in the last of float16's 11 bits. */
  private static final double FLOAT16 = 6e-3;

  /** Twelve units in the last of bfloat16's 8 bits. */
  private static final double BFLOAT16 = 5e-2;

  public LogitsCheck {
    if (tolerance.isPresent() && !(tolerance.getAsDouble() >= 0)) {
      throw new UsageException("--tolerance: expected 0 or more, found " + tolerance.getAsDouble());
    }
    if (!dtype.isFloating()) {
      throw new UsageException(
          "--dtype: expected float32, float64, bfloat16 or float16, found '" + dtype + "'");
    }
  }

  /** The tolerance where tensors of these types, too, are compared. */
  double toleranceFor(List<ElementType> types) {
    double computed = tolerance(dtype);
    return tolerance.orElse(
        types.stream().mapToDouble(LogitsCheck::tolerance).reduce(computed, Math::max));
  }

  private static double tolerance(DType type) {
    return switch (type) {
      case BFLOAT16 -> BFLOAT16;
      case FLOAT16 -> FLOAT16;
      default -> FLOAT32;
    };
  }

  private static double tolerance(ElementType type) {
    return switch (type) {
      case BF16 -> BFLOAT16;
      case F16 -> FLOAT16;
      default -> FLOAT32;
    };
  }
}
