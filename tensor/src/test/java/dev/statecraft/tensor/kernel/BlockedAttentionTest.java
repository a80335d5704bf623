package dev.statecraft.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.tensor.DType;
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
      int keyValueHeads, int group, int headDim, boolean causal, List<Integer> lengths) {
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
        double scale = 1 / Math.sqrt(d);
        Tensor scores = qi.matmul(ki.t()).mulInPlace(scale);
        if (c.causal()) {
          scores.addInPlace(torch.full(WIDE, Double.NEGATIVE_INFINITY, n, n).triu(1));
        }
        Tensor p = Kernels.softmax(scores);
        Tensor dp = dyi.matmul(vi.t());
        Tensor ds = dp.sub(dp.mul(p).sumKeep(-1)).mulInPlace(p).mulInPlace(scale);
        part(all.output(), start, n, head, d).copyFrom(p.matmul(vi));
        part(all.queries(), start, n, head, d).copyFrom(ds.matmul(ki));
        part(all.keys(), start, n, shared, d).addInPlace(ds.t().matmul(qi));
        part(all.values(), start, n, shared, d).addInPlace(p.t().matmul(dyi));
      }
      start += n;
    }
    return all;
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
    Case c = new Case(keyValueHeads, group, d, causal, lengths(lengths));
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
            new BlockedAttention(torch, c.offsets(), keyValueHeads, group, d, causal);
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
      new BlockedAttention(torch, new int[] {0, 70, 130}, 2, 1, 16, causal).forward(y, x, x, x);
      assertThat(torch.threads()).isEqualTo(threads);
      assertThat(CompletableFuture.supplyAsync(torch::threads, r -> new Thread(r).start()))
          .as("threads that a new thread finds")
          .succeedsWithin(Duration.ofSeconds(30))
          .isEqualTo(threads);
      assertThat(torch.liveTensors()).isEqualTo(tensors);
      assertThat(torch.liveBytes()).isEqualTo(bytes);
    }
  }
}
