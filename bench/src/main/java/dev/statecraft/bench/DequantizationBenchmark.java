package dev.statecraft.bench;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
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

/** A frozen weight of 1,536 x 576 from its codes to bfloat16. */
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
public class DequantizationBenchmark {
  private static final int ROWS = 1536;
  private static final int COLUMNS = 576;

  /** How the weight is held. */
  @Param({"INT8", "NF4", "INT4"})
  public Quantization format;

  private Torch torch;
  private QuantizedMatrix matrix;
  private Tensor target;

  /** A random weight. */
  @Setup(Level.Trial)
  public void open() {
    torch = Torch.cpu();
    try (Generator generator = torch.generator(1);
        Tensor weight = torch.normal(generator, DType.FLOAT32, 0, 0.02, ROWS, COLUMNS)) {
      matrix = QuantizedMatrix.of(format, weight);
    }
    target = torch.empty(DType.BFLOAT16, ROWS, COLUMNS);
  }

  /** All of its values. */
  @Benchmark
  public void dequantize() {
    matrix.dequantizeInto(target);
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    matrix.close();
    torch.close();
  }
}
