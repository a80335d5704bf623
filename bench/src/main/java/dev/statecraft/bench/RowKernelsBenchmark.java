package dev.statecraft.bench;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Passes over the rows of a layer: 1,024 tokens, 576 and 1,536 features. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules",
      "jdk.incubator.vector",
      "-Dorg.bytedeco.javacpp.nopointergc=true"
    })
@State(Scope.Thread)
public class RowKernelsBenchmark {
  private static final int TOKENS = 1024;
  private static final int HIDDEN = 576;
  private static final int INTERMEDIATE = 1536;

  /** The type of the rows. */
  @Param({"FLOAT32", "BFLOAT16"})
  public DType type;

  private Torch torch;
  private Tensor x;
  private Tensor weight;
  private Tensor gate;
  private Tensor up;
  private Tensor gated;
  private Tensor gateGradient;
  private Tensor upGradient;

  /** Random rows. */
  @Setup(Level.Trial)
  public void open() {
    torch = Torch.cpu();
    try (Generator generator = torch.generator(1)) {
      x = torch.normal(generator, type, 0, 1, TOKENS, HIDDEN);
      weight = torch.normal(generator, type, 1, 0.1, HIDDEN);
      gate = torch.normal(generator, type, 0, 1, TOKENS, INTERMEDIATE);
      up = torch.normal(generator, type, 0, 1, TOKENS, INTERMEDIATE);
    }
    gated = torch.full(type, 1, TOKENS, INTERMEDIATE);
    gateGradient = torch.empty(type, TOKENS, INTERMEDIATE);
    upGradient = torch.empty(type, TOKENS, INTERMEDIATE);
  }

  /** RMS norm. */
  @Benchmark
  public void rmsNorm() {
    Kernels.rmsNorm(x, weight, 1e-5).close();
  }

  /** SwiGLU. */
  @Benchmark
  public void swiGlu() {
    Kernels.swiGlu(gated, gate, up);
  }

  /** GeGLU by tanh. */
  @Benchmark
  public void geGluTanh() {
    Kernels.geGlu(gated, gate, up, true);
  }

  /** GeGLU by erf. */
  @Benchmark
  public void geGluErf() {
    Kernels.geGlu(gated, gate, up, false);
  }

  /** SwiGLU's gradients. */
  @Benchmark
  public void swiGluBackward() {
    Kernels.swiGluBackward(gateGradient, upGradient, gated, gate, up);
  }

  /** GeGLU's gradients, by tanh. */
  @Benchmark
  public void geGluTanhBackward() {
    Kernels.geGluBackward(gateGradient, upGradient, gated, gate, up, true);
  }

  /** GeGLU's gradients, by erf. */
  @Benchmark
  public void geGluErfBackward() {
    Kernels.geGluBackward(gateGradient, upGradient, gated, gate, up, false);
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    torch.close();
  }
}
