package dev.statecraft.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockedAttentionTest {
  private static final DType WIDE = DType.FLOAT64;

  private record Case(
      int keyValueHeads, int group, int headDim, AttentionRule rule, List<Integer> lengths) {
    int tokens() {
      int tokens = 0;
      for (int length : lengths) {
        tokens += length;
      }
      return tokens;
    }

    int[] offsets() {
      int[] offsets = new int[lengths.size() + 1];
      for (int i = 0; i < lengths.size(); i++) {
        offsets[i + 1] = offsets[i] + lengths.get(i);
      }
      return offsets;
    }
  }

  private record Results(Tensor output, Tensor queries, Tensor keys, Tensor values) {}

  /** Head by head in float64, by the formulas. */
  private static Results expected(Case c, Tensor q, Tensor k, Tensor v, Tensor dy) {
    Torch torch = q.torch();
    int d = c.headDim();
    Results all =
        new Results(
            torch.zeros(WIDE, q.shape()),
            torch.zeros(WIDE, q.shape()),
            torch.zeros(WIDE, k.shape()),
            torch.zeros(WIDE, k.shape()));
    int start = 0;
    for (int n : c.lengths()) {
      for (int head = 0; head < c.keyValueHeads() * c.group(); head++) {
        int shared = head / c.group();
        Tensor qi = part(q, start, n, head, d).copyTo(WIDE);
        Tensor ki = part(k, start, n, shared, d).copyTo(WIDE);
        Tensor vi = part(v, start, n, shared, d).copyTo(WIDE);
        Tensor dyi = part(dy, start, n, head, d).copyTo(WIDE);
        double scale = c.rule().scale();
        double cap = c.rule().cap();
        Tensor scores = qi.matmul(ki.t()).mulInPlace(scale);
        Tensor slopes = torch.full(WIDE, 1, n, n);
        if (cap > 0) {
          Tensor tanh = scores.mul(1 / cap).tanh();
          scores = tanh.mul(cap);
          slopes = slopes.sub(tanh.square());
        }
        Tensor p = Kernels.softmax(scores.addInPlace(hidden(torch, c.rule(), n)));
        Tensor dp = dyi.matmul(vi.t());
        Tensor ds = dp.sub(dp.mul(p).sumKeep(-1)).mulInPlace(p).mulInPlace(slopes);
        ds.mulInPlace(scale);
        part(all.output(), start, n, head, d).copyFrom(p.matmul(vi));
        part(all.queries(), start, n, head, d).copyFrom(ds.matmul(ki));
        part(all.keys(), start, n, shared, d).addInPlace(ds.t().matmul(qi));
        part(all.values(), start, n, shared, d).addInPlace(p.t().matmul(dyi));
      }
      start += n;
    }
    return all;
  }

  /** Minus infinity where a query does not see a key. */
  private static Tensor hidden(Torch torch, AttentionRule rule, int n) {
    double[] mask = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        boolean far = rule.window() > 0 && Math.abs(i - j) >= rule.window();
        if (far || (rule.causal() && j > i)) {
          mask[i * n + j] = Double.NEGATIVE_INFINITY;
        }
      }
    }
    return torch.of(WIDE, mask, n, n);
  }

  private static Tensor part(Tensor rows, int start, int n, int head, int d) {
    return rows.narrow(0, start, n).narrow(1, (long) head * d, d);
  }

  private static void assertClose(String what, Tensor found, Tensor expected, double tolerance) {
    double error = found.copyTo(WIDE).sub(expected).norm();
    assertThat(error).as(what).isLessThanOrEqualTo(tolerance * expected.norm());
  }

  private static List<Integer> lengths(String list) {
    return Stream.of(list.split(" ")).map(Integer::valueOf).toList();
  }

  /** Lengths around one block and more of them, ragged, in grouped and single heads. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 16, true, 1",
    "2, 3, 64, true, 64",
    "3, 3, 64, true, 65 1 200",
    "2, 1, 64, true, 127 128 129 300",
    "1, 4, 80, true, 40 256",
    "3, 3, 64, false, 65 1 200",
    "4, 1, 32, false, 197 197",
    "2, 2, 24, false, 63 130"
  })
  void matchesTheFormulas(int keyValueHeads, int group, int d, boolean causal, String lengths) {
    check(new Case(keyValueHeads, group, d, AttentionRule.of(causal, d), lengths(lengths)));
  }

  /** Windows of a token, below a block, around one, of several, as long as the text and longer. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, true, 1, 70 1 200",
    "2, 3, true, 2, 65 1 200",
    "2, 3, true, 40, 65 1 300",
    "1, 1, true, 64, 300",
    "2, 2, true, 65, 64 65 66 400",
    "1, 3, true, 66, 400 129",
    "1, 3, true, 129, 700 129",
    "2, 1, true, 200, 700 199 200 201",
    "2, 2, true, 900, 300",
    "1, 1, false, 1, 70 1 200",
    "2, 3, false, 40, 65 1 300",
    "1, 2, false, 64, 300",
    "2, 2, false, 65, 64 65 66 400",
    "1, 3, false, 129, 700 129",
    "2, 1, false, 200, 700 199 200 201"
  })
  void seesAWindow(int keyValueHeads, int group, boolean causal, int window, String lengths) {
    AttentionRule rule = AttentionRule.of(causal, 16).withWindow(window);
    check(new Case(keyValueHeads, group, 16, rule, lengths(lengths)));
  }

  /** Caps that bend most scores, and few; other scales; windows too. */
  @ParameterizedTest
  @CsvSource({
    "true, 0, 0.3, 0, 65 1 200",
    "true, 0, 0.3, 1.5, 65 1 200",
    "true, 0, 0.25, 50, 65 1 200",
    "false, 0, 0.5, 3, 130 64",
    "true, 50, 0.4, 2, 300 20",
    "false, 130, 0.4, 2, 400"
  })
  void scalesAndCapsScores(boolean causal, int window, double scale, double cap, String lengths) {
    AttentionRule rule = new AttentionRule(causal, window, scale, cap);
    check(new Case(2, 2, 16, rule, lengths(lengths)));
  }

  private static void check(Case c) {
    int keyValueHeads = c.keyValueHeads();
    int group = c.group();
    int d = c.headDim();
    for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
      try (Torch torch = Torch.cpu();
          Scope scope = torch.scope();
          Generator generator = torch.generator(5)) {
        if (!BlockedAttention.supports(torch.empty(type, 1, 1))) {
          continue; // A processor without bfloat16, or a JVM without vectors.
        }
        long width = (long) keyValueHeads * group * d;
        long narrow = (long) keyValueHeads * d;
        // Queries, keys and values lie in one matrix, as fused projections leave them.
        Tensor joined = torch.normal(generator, type, 0, 1, c.tokens(), width + 2 * narrow);
        Tensor q = joined.narrow(1, 0, width);
        Tensor k = joined.narrow(1, width, narrow);
        Tensor v = joined.narrow(1, width + narrow, narrow);
        Tensor dy = torch.normal(generator, type, 0, 1, c.tokens(), width);
        Results found =
            new Results(
                torch.full(type, Double.NaN, c.tokens(), width),
                torch.full(type, Double.NaN, c.tokens(), width),
                torch.full(type, Double.NaN, c.tokens(), narrow),
                torch.full(type, Double.NaN, c.tokens(), narrow));
        BlockedAttention attention =
            new BlockedAttention(torch, c.offsets(), keyValueHeads, group, d, c.rule());
        attention.forward(found.output(), q, k, v);
        attention.backward(
            Optional.of(found.queries()),
            Optional.of(found.keys()),
            Optional.of(found.values()),
            dy,
            q,
            k,
            Optional.of(v));
        Results expected = expected(c, q, k, v, dy);
        double tolerance = type == DType.FLOAT32 ? 2e-6 : 0.012;
        assertClose(type + " output", found.output(), expected.output(), tolerance);
        assertClose(type + " values", found.values(), expected.values(), tolerance);
        if (c.tokens() > 1) { // With one token all scores have a gradient of 0.
          assertClose(type + " queries", found.queries(), expected.queries(), tolerance);
          assertClose(type + " keys", found.keys(), expected.keys(), tolerance);
        }
        // Those that are wanted alone are the same.
        Tensor values = torch.empty(type, c.tokens(), narrow);
        attention.backward(
            Optional.empty(), Optional.empty(), Optional.of(values), dy, q, k, Optional.empty());
        assertThat(values.sub(found.values()).norm()).isZero();
        Tensor keys = torch.empty(type, c.tokens(), narrow);
        attention.backward(
            Optional.empty(), Optional.of(keys), Optional.empty(), dy, q, k, Optional.of(v));
        assertThat(keys.sub(found.keys()).norm()).isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void leavesTheNumberOfThreadsAndNoTensor(boolean causal) {
    try (Torch torch = Torch.cpu();
        Scope scope = torch.scope();
        Generator generator = torch.generator(1)) {
      int threads = torch.threads();
      Tensor x = torch.normal(generator, DType.FLOAT32, 0, 1, 130, 32);
      Tensor y = torch.empty(DType.FLOAT32, 130, 32);
      long tensors = torch.liveTensors();
      long bytes = torch.liveBytes();
      new BlockedAttention(torch, new int[] {0, 70, 130}, 2, 1, 16, AttentionRule.of(causal, 16))
          .forward(y, x, x, x);
      assertThat(torch.threads()).isEqualTo(threads);
      assertThat(CompletableFuture.supplyAsync(torch::threads, r -> new Thread(r).start()))
          .as("threads that a new thread finds")
          .succeedsWithin(Duration.ofSeconds(30))
          .isEqualTo(threads);
      assertThat(torch.liveTensors()).isEqualTo(tensors);
      assertThat(torch.liveBytes()).isEqualTo(bytes);
    }
  }

  /** What a dry run allocates is what a real one does; a window takes less. */
  @ParameterizedTest
  @CsvSource({"0, 0", "100, 0", "100, 5", "0, 5"})
  void dryRunsTakeTheSameMemory(int window, double cap) {
    AttentionRule rule = new AttentionRule(true, window, 0.25, cap);
    long real;
    try (Torch torch = Torch.cpu()) {
      real = peak(torch, rule);
      assertThat(peak(torch, AttentionRule.of(true, 16)))
          .isGreaterThanOrEqualTo(window > 0 ? 2 * real : 0);
    }
    try (Torch dry = Torch.dry(Device.CPU)) {
      assertThat(peak(dry, rule)).isEqualTo(real);
    }
  }

  private static long peak(Torch torch, AttentionRule rule) {
    try (Scope scope = torch.scope()) {
      Tensor x = torch.zeros(DType.FLOAT32, 900, 32);
      Tensor y = torch.empty(DType.FLOAT32, 900, 32);
      torch.resetPeak();
      long before = torch.liveBytes();
      BlockedAttention attention =
          new BlockedAttention(torch, new int[] {0, 200, 900}, 2, 1, 16, rule);
      attention.forward(y, x, x, x);
      Optional<Tensor> target = Optional.of(y);
      attention.backward(target, Optional.empty(), Optional.empty(), x, x, x, Optional.of(x));
      return torch.peakBytes() - before;
    }
  }
}
