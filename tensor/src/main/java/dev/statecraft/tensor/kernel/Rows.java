package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.vector.Bfloat16;
import dev.statecraft.tensor.vector.VectorModule;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A matrix of float32 or bfloat16 in native memory, row by row as float32 in Java arrays. Rows may
 * lie apart, numbers of a row may not.
 */
public final class Rows {
  private final Pointer memory;
  private final boolean narrow;
  private final long rows;
  private final int width;
  private final long stride;

  private Rows(Pointer memory, boolean narrow, long rows, int width, long stride) {
    this.memory = memory;
    this.narrow = narrow;
    this.rows = rows;
    this.width = width;
    this.stride = stride;
  }

  /** Whether kernels that go by rows take a tensor's type on its device. */
  public static boolean supports(Tensor x) {
    return Support.PRESENT
        && x.torch().kernels() == Device.CPU
        && (x.dtype() == DType.FLOAT32 || x.dtype() == DType.BFLOAT16);
  }

  /** Whether the JVM has the vector module. */
  public static boolean haveVectors() {
    return Support.PRESENT;
  }

  /** Looked up once: modules do not come or go while a JVM runs. */
  private static final class Support {
    static final boolean PRESENT = VectorModule.isPresent();
  }

  /** Whether there is nothing to compute: no memory, or no rows. */
  public static boolean isEmpty(Tensor x) {
    return x.torch().device() == Device.META || x.elements() == 0;
  }

  /** The rows of a matrix {@code [rows, width]}, or of a contiguous tensor's last dimension. */
  public static Rows of(Tensor tensor) {
    if (tensor.torch().device() == Device.CUDA) {
      throw new IllegalArgumentException("expected a tensor on the CPU, found one on CUDA");
    }
    boolean matrix = tensor.dim() == 2;
    org.bytedeco.pytorch.Tensor handle = tensor.handle();
    if (matrix ? handle.stride(1) != 1 && tensor.size(1) != 1 : !tensor.isContiguous()) {
      throw new IllegalArgumentException("expected rows whose numbers lie together: " + tensor);
    }
    int width = Math.toIntExact(tensor.size(-1));
    return new Rows(
        handle.data_ptr(),
        tensor.dtype() == DType.BFLOAT16,
        width == 0 ? 0 : tensor.elements() / width,
        width,
        matrix ? handle.stride(0) : width);
  }

  /** The rows of a matrix of libtorch's whose numbers of a row lie together. */
  static Rows of(org.bytedeco.pytorch.Tensor matrix, DType type) {
    return new Rows(
        matrix.data_ptr(),
        type == DType.BFLOAT16,
        matrix.size(0),
        Math.toIntExact(matrix.size(1)),
        matrix.stride(0));
  }

  /** How many there are. */
  public long count() {
    return rows;
  }

  /** Numbers of each. */
  public int width() {
    return width;
  }

  /** Reads and writes the rows {@code from} to {@code to}; for one thread. */
  public Cursor between(long from, long to) {
    int bytes = narrow ? Short.BYTES : Float.BYTES;
    long span = from >= to ? 0 : (to - 1 - from) * stride + width;
    Pointer start = new BytePointer(memory).position(from * stride * bytes);
    var buffer = start.capacity(start.position() + span * bytes).asByteBuffer();
    buffer.order(ByteOrder.nativeOrder());
    return narrow
        ? new NarrowCursor(buffer.asShortBuffer(), from, stride, width)
        : new WideCursor(buffer.asFloatBuffer(), from, stride, width);
  }

  /** Moves single rows between native memory and arrays. */
  public sealed interface Cursor {
    /** Reads a row into the first numbers of an array. */
    void read(long row, float[] target);

    /** Writes a row from the first numbers of an array. */
    void write(long row, float[] source);
  }

  private record WideCursor(FloatBuffer numbers, long first, long stride, int width)
      implements Cursor {
    @Override
    public void read(long row, float[] target) {
      numbers.get((int) ((row - first) * stride), target, 0, width);
    }

    @Override
    public void write(long row, float[] source) {
      numbers.put((int) ((row - first) * stride), source, 0, width);
    }
  }

  private static final class NarrowCursor implements Cursor {
    private final ShortBuffer numbers;
    private final long first;
    private final long stride;
    private final int width;
    private final short[] row;

    NarrowCursor(ShortBuffer numbers, long first, long stride, int width) {
      this.numbers = numbers;
      this.first = first;
      this.stride = stride;
      this.width = width;
      row = new short[width];
    }

    @Override
    public void read(long index, float[] target) {
      numbers.get((int) ((index - first) * stride), row, 0, width);
      Bfloat16.widen(row, target, width);
    }

    @Override
    public void write(long index, float[] source) {
      Bfloat16.narrow(source, row, width);
      numbers.put((int) ((index - first) * stride), row, 0, width);
    }
  }
}
