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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The optimizer's step over four million trained values. */
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
public class AdamWBenchmark {
  private static final int COUNT = 4_000_000;
  private static final Kernels.AdamWConstants CONSTANTS =
      new Kernels.AdamWConstants(1e-3, 0.9, 0.999, 0.01, 1e-8);

  private Torch torch;
  private Tensor values;
  private Tensor gradients;
  private Tensor first;
  private Tensor second;
  private long steps;

  /** Random values and gradients. */
  @Setup(Level.Trial)
  public void open() {
    torch = Torch.cpu();
    try (Generator generator = torch.generator(1)) {
      values = torch.normal(generator, DType.FLOAT32, 0, 1, COUNT);
      gradients = torch.normal(generator, DType.FLOAT32, 0, 1, COUNT);
    }
    first = torch.zeros(DType.FLOAT32, COUNT);
    second = torch.zeros(DType.FLOAT32, COUNT);
  }

  /** One step. */
  @Benchmark
  public void step() {
    steps++;
    Kernels.adamW(values, gradients, first, second, steps, CONSTANTS);
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    torch.close();
  }
}
