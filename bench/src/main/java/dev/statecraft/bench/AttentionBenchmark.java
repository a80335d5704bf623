package dev.statecraft.bench;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.AttentionRule;
import dev.statecraft.tensor.kernel.Kernels;
import dev.statecraft.tensor.kernel.SequenceAttention;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/**
 * Causal attention in blocks: 1,024 tokens in sequences of 256, or in one, 9 heads of 64 features,
 * 3 of keys; of all earlier tokens or within a window; with and without a cap.
 */
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
public class AttentionBenchmark {
  private static final int TOKENS = 1024;
  private static final int HEADS = 9;
  private static final int KEY_VALUE_HEADS = 3;
  private static final int HEAD_DIM = 64;

  /** The type of queries, keys and values. */
  @Param({"FLOAT32", "BFLOAT16"})
  public DType type;

  /** Tokens of a sequence. */
  @Param({"256", "1024"})
  public int length;

  /** Tokens that a token sees; 0 for all. */
  @Param({"0", "128"})
  public int window;

  /** Cap of scores; 0 for none. */
  @Param({"0", "50"})
  public double cap;

  private Torch torch;
  private SequenceAttention attention;
  private Tensor queries;
  private Tensor keys;
  private Tensor values;
  private Tensor upstream;
  private Tensor queryGradient;
  private Tensor keyGradient;
  private Tensor valueGradient;

  /** Random states. */
  @Setup(Level.Trial)
  public void open() {
    torch = Torch.cpu();
    try (Generator generator = torch.generator(1)) {
      queries = torch.normal(generator, type, 0, 1, TOKENS, HEADS * HEAD_DIM);
      keys = torch.normal(generator, type, 0, 1, TOKENS, KEY_VALUE_HEADS * HEAD_DIM);
      values = torch.normal(generator, type, 0, 1, TOKENS, KEY_VALUE_HEADS * HEAD_DIM);
      upstream = torch.normal(generator, type, 0, 1, TOKENS, HEADS * HEAD_DIM);
    }
    Kernels.HeadShape heads =
        new Kernels.HeadShape(KEY_VALUE_HEADS, HEADS / KEY_VALUE_HEADS, HEAD_DIM);
    AttentionRule rule = new AttentionRule(true, window, 1 / Math.sqrt(HEAD_DIM), cap);
    int[] offsets = IntStream.rangeClosed(0, TOKENS / length).map(i -> i * length).toArray();
    attention = Kernels.attention(queries, offsets, heads, rule, true).orElseThrow();
    queryGradient = torch.empty(type, queries.shape());
    keyGradient = torch.empty(type, keys.shape());
    valueGradient = torch.empty(type, values.shape());
  }

  /** The forward. */
  @Benchmark
  public void forward() {
    attention.forward(queries, keys, values).close();
  }

  /** The backward, scores computed again. */
  @Benchmark
  public void backward() {
    attention.backward(
        Optional.of(queryGradient),
        Optional.of(keyGradient),
        Optional.of(valueGradient),
        upstream,
        queries,
        keys,
        Optional.of(values));
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    torch.close();
  }
}
