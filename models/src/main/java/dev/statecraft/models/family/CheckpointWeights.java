package dev.statecraft.models.family;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.PackedMatrix;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Int4Groups;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The tensors of a checkpoint as a source of weights. Values go from the mapped file straight into
 * the parameter, converted on the way, so weights are never held twice.
 *
 * @param source the checkpoint
 * @param name the checkpoint's name of a parameter
 */
public record CheckpointWeights(CheckpointSource source, UnaryOperator<String> name)
    implements WeightSource {
  /** Bytes read at a time: a mapped buffer is limited to 2 GiB. */
  private static final int PART = 1 << 28;

  /** The same where they are computed, and not mapped. */
  private static final int COMPUTED_PART = 1 << 26;

  /** A checkpoint whose names are the graph's. */
  public static CheckpointWeights of(CheckpointSource source) {
    return new CheckpointWeights(source, UnaryOperator.identity());
  }

  @Override
  public boolean has(String parameter) {
    return source.names().contains(name.apply(parameter));
  }

  /**
   * Reads a tensor.
   *
   * @throws InvalidInputException if its shape is not the parameter's; a convolution's weight may
   *     stand for the linear over its patches
   */
  @Override
  public void read(String parameter, Tensor target) {
    TensorEntry entry = source.entry(name.apply(parameter));
    long[] expected = target.shape();
    boolean same = Arrays.equals(entry.shape(), expected);
    boolean convolution =
        entry.shape().length == 4
            && expected.length == 2
            && entry.shape()[0] == expected[0]
            && entry.elements() == target.elements();
    if (!same && !convolution) {
      throw new InvalidInputException(
          "tensor '"
              + entry.name()
              + "': expected the shape "
              + Arrays.toString(expected)
              + ", found "
              + Arrays.toString(entry.shape()));
    }
    copy(source, entry.name(), dtype(entry), target);
  }

  @Override
  public Optional<QuantizedMatrix> quantized(String parameter, Quantization format, Torch torch) {
    return has(parameter)
        ? source
            .packed(name.apply(parameter))
            .filter(matrix -> matrix.group() == format.group())
            .map(matrix -> held(matrix, torch))
        : Optional.empty();
  }

  private static QuantizedMatrix held(PackedMatrix matrix, Torch torch) {
    Int4Groups held = Int4Groups.empty(torch, matrix.rows(), matrix.columns(), matrix.group());
    copy(matrix.source(), matrix.codes(), DType.UINT8, held.codes());
    copy(matrix.source(), matrix.scales(), DType.FLOAT32, held.scales());
    copy(matrix.source(), matrix.zeros(), DType.FLOAT32, held.zeros());
    return held;
  }

  private static void copy(CheckpointSource source, String name, DType type, Tensor target) {
    try (Scope scope = target.torch().scope()) {
      Tensor flat = target.view(-1);
      long step = (source.packed(name).isPresent() ? COMPUTED_PART : PART) / type.bytes();
      for (long start = 0; start < flat.elements(); start += step) {
        long count = Math.min(step, flat.elements() - start);
        ByteBuffer bytes =
            source.read(name, start * type.bytes(), Math.toIntExact(count * type.bytes()));
        flat.narrow(0, start, count).copyFrom(target.torch().borrow(direct(bytes), type, count));
      }
    }
  }

  /** Heap buffers (small computed tensors) are copied out; mapped ones are used as they are. */
  private static ByteBuffer direct(ByteBuffer bytes) {
    if (bytes.isDirect()) {
      return bytes;
    }
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining()).order(bytes.order());
    return copy.put(bytes.duplicate()).flip();
  }

  private static DType dtype(TensorEntry entry) {
    ElementType type = entry.type();
    return switch (type) {
      case F64 -> DType.FLOAT64;
      case F32 -> DType.FLOAT32;
      case F16 -> DType.FLOAT16;
      case BF16 -> DType.BFLOAT16;
      case I64, I32, I16, I8, U8, BOOL ->
          throw new InvalidInputException(
              "tensor '" + entry.name() + "': expected F64, F32, F16 or BF16, found " + type);
    };
  }
}
