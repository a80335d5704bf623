package dev.statecraft.tensor;

import dev.statecraft.tensor.memory.MemorySnapshot;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.tensor.memory.SessionMemory;
import dev.statecraft.tensor.thread.BlasThreads;
import dev.statecraft.tensor.thread.ThreadCount;
import dev.statecraft.tensor.thread.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A libtorch session on one device: makes tensors, counts those that live and the bytes behind
 * them. Confined to the thread that opened it.
 */
public final class Torch implements AutoCloseable {
  static {
    // Everything here is freed by its owner; JavaCPP's phantom references would double the cost of
    // a small operation (measured: 2.8 against 1.1 microseconds).
    if (System.getProperty("org.bytedeco.javacpp.nopointergc") == null) {
      System.setProperty("org.bytedeco.javacpp.nopointergc", "true");
    }
  }

  /** Bytes of the smallest tensor in the pool: below, {@code malloc} costs less and keeps them. */
  private static final long POOLED_BYTES = 1L << 14;

  private final Thread thread = Thread.currentThread();
  private final Device device;
  private final Device kernels;
  private final Map<DType, TensorOptions> options = new EnumMap<>(DType.class);
  private final SessionMemory memory = new SessionMemory();
  private final Constants constants = new Constants(this);
  private Workers workers;
  private Scope scope;
  private long liveTensors;
  private boolean taped;
  private boolean timesProducts;
  private long productNanos;

  private Torch(Device device, Device kernels) {
    this.device = device;
    this.kernels = kernels;
    for (DType type : DType.values()) {
      try (TensorOptions plain = new TensorOptions(type.scalarType());
          org.bytedeco.pytorch.Device where =
              new org.bytedeco.pytorch.Device(typeOf(device), (byte) 0);
          DeviceOptional optional = new DeviceOptional(where)) {
        options.put(
            type,
            device == Device.CPU
                ? new TensorOptions(type.scalarType())
                : new TensorOptions(plain.device(optional)));
      }
    }
  }

  private static DeviceType typeOf(Device device) {
    return switch (device) {
      case CPU -> DeviceType.CPU;
      case CUDA -> DeviceType.CUDA;
      case META -> DeviceType.Meta;
    };
  }

  /**
   * Opens a session that computes with the {@linkplain ThreadCount#usual() usual} number of
   * threads.
   *
   * @throws NoDeviceException if the device is CUDA and this libtorch has none
   */
  public static Torch open(Device device) {
    return open(device, ThreadCount.usual());
  }

  /**
   * Opens a session.
   *
   * @param threads that kernels use: libtorch's own setting, for this thread and those to come
   * @throws NoDeviceException if the device is CUDA and this libtorch has none
   */
  public static Torch open(Device device, int threads) {
    if (device == Device.CUDA && !cudaIsPresent()) {
      throw new NoDeviceException(
          "device: expected a CUDA device, the GPU build of libtorch (Maven profile cuda) and the"
              + " libraries of CUDA 13 and cuDNN 9 on the library path, found none that works");
    }
    if (device == Device.META) {
      return dry(Device.CPU);
    }
    Torch session = new Torch(device, device);
    session.setThreads(threads);
    return session;
  }

  private static boolean cudaIsPresent() {
    // The CUDA library needs others that are unpacked after it when nothing has been before: the
    // second class that is loaded finds it. libtorch asks for it once, so not before.
    try (TensorOptions loaded = new TensorOptions(ScalarType.Float)) {
      return torch.hasCUDA();
    }
  }

  /**
   * Opens a session {@linkplain Device#META without memory} that takes the operations that a
   * session on a device would take, so that it allocates what that one does.
   */
  public static Torch dry(Device as) {
    return new Torch(Device.META, as == Device.META ? Device.CPU : as);
  }

  /** Opens a session on the CPU. */
  public static Torch cpu() {
    return open(Device.CPU);
  }

  /**
   * What in the environment will make this session slow; empty when all is well.
   *
   * <p>OpenBLAS's threads spin after each float32 GEMM and starve all others unless
   * OMP_WAIT_POLICY=passive and a small OPENBLAS_THREAD_TIMEOUT (2 to that power is the number of
   * cycles to spin, by default 26) are set before the process starts.
   */
  public static List<String> environmentWarnings() {
    List<String> warnings = new ArrayList<>();
    if (!"passive".equalsIgnoreCase(System.getenv("OMP_WAIT_POLICY"))) {
      warnings.add(
          "OMP_WAIT_POLICY=passive is not set: float32 training runs at about half its speed");
    }
    if (System.getenv("OPENBLAS_THREAD_TIMEOUT") == null) {
      warnings.add(
          "OPENBLAS_THREAD_TIMEOUT=14 is not set: threads that wait slow down those that work");
    }
    return warnings;
  }

  /** libtorch's version and that of its Java bindings, such as {@code 2.10.0-1.5.13}. */
  public static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      throw new UncheckedIOException("the bindings of libtorch do not say their version", e);
    }
  }

  /** Threads that libtorch's kernels use. */
  public int threads() {
    return torch.get_num_threads();
  }

  /** Sets the number of threads that libtorch's kernels use, for the whole process. */
  public void setThreads(int threads) {
    torch.set_num_threads(threads);
    BlasThreads.together(threads);
    if (workers != null) {
      workers.close();
      workers = null;
    }
  }

  public Device device() {
    return device;
  }

  /** The device whose operations are taken: its own, or of a dry session the one it stands for. */
  public Device kernels() {
    return kernels;
  }

  /**
   * Numbers that an operation with temporaries takes at once: as few as keep them small, but on
   * CUDA, where a kernel on few numbers takes as long as one on many, as many as stay in the cache.
   */
  public long piece() {
    return kernels == Device.CUDA ? 1L << 22 : 1L << 18;
  }

  /** Waits until the device has done what it was asked to; the CPU always has. */
  public void synchronize() {
    if (device == Device.CUDA) {
      torch.synchronizeDevice((byte) 0);
    }
  }

  /** Open tensor handles, views included. */
  public long liveTensors() {
    return liveTensors;
  }

  /** Bytes of storage behind open handles; a storage counts once. */
  public long liveBytes() {
    return memory.liveBytes();
  }

  /** The highest {@link #liveBytes()} since the last {@link #resetPeak()}. */
  public long peakBytes() {
    return memory.peakBytes();
  }

  /** What the memory was held for at the moment of {@link #peakBytes()}. */
  public MemorySnapshot peak() {
    return memory.peak();
  }

  /** Starts measuring {@link #peakBytes()} anew. */
  public void resetPeak() {
    memory.resetPeak();
  }

  /**
   * Limits {@link #liveBytes()}: the tensor that would go beyond is freed at once, and {@link
   * OutOfMemoryException} is thrown instead.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public void limit(long bytes) {
    memory.limit(bytes);
  }

  /** Bytes of memory that the device of this session can still give, if it has its own. */
  public OptionalLong freeDeviceBytes() {
    return deviceBytes(SizeTPair::first);
  }

  /**
   * Bytes that the device of this session has given, if it has its own: to libtorch, which keeps
   * what tensors have left, to the libraries below it, and to other processes.
   */
  public OptionalLong usedDeviceBytes() {
    return deviceBytes(freeAndTotal -> freeAndTotal.second() - freeAndTotal.first());
  }

  private OptionalLong deviceBytes(ToLongFunction<SizeTPair> figure) {
    if (device != Device.CUDA) {
      return OptionalLong.empty();
    }
    try (SizeTPair freeAndTotal = torch.getMemoryInfo((byte) 0)) {
      return OptionalLong.of(figure.applyAsLong(freeAndTotal));
    }
  }

  /** Opens a scope inside the current one. */
  public Scope scope() {
    checkThread();
    scope = new Scope(this, scope);
    return scope;
  }

  /** Uninitialised memory. */
  public Tensor empty(DType type, long... shape) {
    if (pools()) {
      long bytes = Math.multiplyExact(Shapes.elements(shape), (long) type.bytes());
      if (bytes >= POOLED_BYTES) {
        return Tensor.pooled(this, bytes, type, shape);
      }
    }
    return Tensor.fresh(this, torch.empty(shape, options(type), null));
  }

  /**
   * Whether results go to the session's own memory. Not while libtorch records a tape, which may
   * hold on to memory that our handles have left.
   */
  boolean pools() {
    return device == Device.CPU && !taped;
  }

  /** Whether libtorch records a tape from now on; returns whether it did. */
  boolean tape(boolean on) {
    boolean before = taped;
    taped = on;
    return before;
  }

  /** A tensor at an address. */
  org.bytedeco.pytorch.Tensor at(long address, DType type, long... shape) {
    try (Address place = new Address(address)) {
      return torch.from_blob(place, shape, options(type));
    }
  }

  /** A pointer that owns nothing. */
  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  public Tensor zeros(DType type, long... shape) {
    return empty(type, shape).zero();
  }

  public Tensor full(DType type, double value, long... shape) {
    return empty(type, shape).fill(value);
  }

  /** Uniform numbers in [low, high). */
  public Tensor uniform(Generator generator, DType type, double low, double high, long... shape) {
    return empty(type, shape).fillUniform(generator, low, high);
  }

  /** Normal numbers. */
  public Tensor normal(Generator generator, DType type, double mean, double std, long... shape) {
    return empty(type, shape).fillNormal(generator, mean, std);
  }

  /** A generator of its own, started at {@code seed}. */
  public Generator generator(long seed) {
    return new Generator(seed);
  }

  /** Copies host values, row-major, converting them to {@code type}. */
  public Tensor of(DType type, double[] values, long... shape) {
    return upload(Host.doubles(values), DType.FLOAT64, type, shape);
  }

  /** Copies host values, row-major, converting them to {@code type}. */
  public Tensor of(DType type, float[] values, long... shape) {
    return upload(Host.floats(values), DType.FLOAT32, type, shape);
  }

  /** Copies host values into an int64 tensor. */
  public Tensor of(long[] values, long... shape) {
    return upload(Host.longs(values), DType.INT64, DType.INT64, shape);
  }

  /** Copies host values into an int64 tensor of shape {@code [values.length]}. */
  public Tensor ofInts(int[] values) {
    long[] wide = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return of(wide, values.length);
  }

  /**
   * Looks at memory that someone else owns, without a copy. The buffer must be direct (or mapped),
   * little-endian data of {@code type}, and must outlive the tensor.
   *
   * @throws IllegalArgumentException if the buffer is not direct or its size is not the shape's
   */
  public Tensor borrow(ByteBuffer buffer, DType type, long... shape) {
    long expected = Math.multiplyExact(Shapes.elements(shape), (long) type.bytes());
    if (!buffer.isDirect() || buffer.remaining() != expected) {
      throw new IllegalArgumentException(
          "expected a direct buffer of "
              + expected
              + " bytes, found "
              + (buffer.isDirect() ? "" : "a heap buffer of ")
              + buffer.remaining());
    }
    if (expected == 0) {
      return empty(type, shape);
    }
    // The view holds no reference to the JavaCPP pointer: libtorch keeps the raw address alone.
    Pointer address = new BytePointer(buffer);
    try (TensorOptions cpu = new TensorOptions(type.scalarType())) {
      return Tensor.borrowed(this, torch.from_blob(address, shape, cpu));
    }
  }

  private Tensor upload(Pointer host, DType from, DType to, long... shape) {
    try (host;
        TensorOptions cpu = new TensorOptions(from.scalarType())) {
      if (Shapes.elements(shape) != host.limit()) {
        throw new IllegalArgumentException(
            "expected " + Shapes.elements(shape) + " values, found " + host.limit());
      }
      Tensor result = empty(to, shape);
      if (host.limit() > 0) {
        try (org.bytedeco.pytorch.Tensor view = torch.from_blob(host, shape, cpu)) {
          // A copy to CUDA has left pageable host memory when the call returns.
          result.handle().copy_(view, true);
        }
      }
      return result;
    }
  }

  /**
   * Whether to measure the time of matrix products from now on. Only where operations are done when
   * their call returns, as on the CPU, does it mean anything.
   */
  public void timeProducts(boolean on) {
    timesProducts = on;
  }

  /** Nanoseconds spent in matrix products while they were timed. */
  public long productNanos() {
    return productNanos;
  }

  long productsBegin() {
    return timesProducts ? System.nanoTime() : 0;
  }

  void productsEnd(long begin) {
    if (timesProducts) {
      productNanos += System.nanoTime() - begin;
    }
  }

  /** Counts products that threads did beside this one, on the average of them. */
  public void productsTook(long nanos) {
    if (timesProducts) {
      productNanos += nanos;
    }
  }

  /** The threads of this session's own kernels, started when first asked for. */
  public Workers workers() {
    if (workers == null) {
      workers = new Workers(threads());
    }
    return workers;
  }

  SessionMemory memory() {
    return memory;
  }

  /**
   * Whether products of a narrow type are taken in float32 here, since the processor has no
   * instructions for it.
   */
  public boolean widensProducts(DType type) {
    return Products.widens(this, type);
  }

  /** Small tensors that many operations of this session read. */
  public Constants constants() {
    return constants;
  }

  TensorOptions options(DType type) {
    return options.get(type);
  }

  Scope currentScope() {
    return scope;
  }

  void leave(Scope closing) {
    checkThread();
    if (scope != closing) {
      throw new IllegalStateException("a scope was closed before one that was opened inside it");
    }
    scope = closing.parent();
  }

  void tensorOpened() {
    liveTensors++;
  }

  void tensorClosed() {
    liveTensors--;
  }

  private void checkThread() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "this session belongs to thread '"
              + thread.getName()
              + "', used from '"
              + Thread.currentThread().getName()
              + "'");
    }
  }

  /** Closes every open scope with its tensors. Tensors outside scopes stay their owners'. */
  @Override
  public void close() {
    while (scope != null) {
      scope.close();
    }
    if (workers != null) {
      workers.close();
    }
    constants.close();
    memory.close();
    for (TensorOptions option : options.values()) {
      option.close();
    }
  }
}
