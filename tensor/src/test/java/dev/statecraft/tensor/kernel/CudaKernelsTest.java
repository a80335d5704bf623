package dev.statecraft.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kernels of CUDA against the same computed in float64, by libtorch's autograd where there is one.
 */
@Tag("cuda")
class CudaKernelsTest {
  private Torch torch;
  private Scope scope;
  private Generator generator;

  @BeforeEach
  void open() {
    torch = Torch.open(Device.CUDA);
    scope = torch.scope();
    generator = torch.generator(3);
  }

  @AfterEach
  void close() {
    generator.close();
    scope.close();
    torch.close();
  }

  private Tensor random(DType type, long... shape) {
    return torch.normal(generator, type, 0, 1, shape);
  }

  private static void close(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double scale = expected.magnitude().copyTo(DType.FLOAT64).norm();
    double off = actual.copyTo(DType.FLOAT64).sub(expected.copyTo(DType.FLOAT64)).norm();
    assertThat(off / scale).isLessThan(tolerance);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1e-6", "BFLOAT16, 4e-3", "FLOAT16, 5e-4"})
  void rmsNormAndItsBackward(DType type, double tolerance) {
    Tensor x = random(type, 70, 576);
    Tensor weight = random(type, 576);
    Tensor upstream = random(type, 70, 576);
    double eps = 1e-5;
    Tensor wide = x.copyTo(DType.FLOAT64);
    Tensor inverse = wide.square().meanKeep(-1).addScalar(eps).rsqrtInPlace();
    close(
        CudaKernels.rmsNorm(x, weight, eps),
        wide.mul(inverse).mulInPlace(weight.copyTo(DType.FLOAT64)),
        tolerance);
    Tensor g = upstream.copyTo(DType.FLOAT64).mulInPlace(weight.copyTo(DType.FLOAT64));
    Tensor mean = g.mul(wide).meanKeep(-1);
    Tensor cube = inverse.mul(inverse).mulInPlace(inverse);
    close(
        CudaKernels.rmsNormBackward(upstream, x, weight, eps),
        g.mul(inverse).subInPlace(wide.mul(mean.mulInPlace(cube))),
        tolerance);
  }

  @ParameterizedTest
  @CsvSource({"6, 2, 64, true", "4, 4, 64, false", "3, 1, 8, true", "8, 2, 128, true"})
  void flashAttentionAndItsBackward(int heads, int keyValueHeads, int headDim, boolean causal) {
    int[] offsets = {0, 1, 71, 371, 388};
    DType type = DType.BFLOAT16;
    Tensor queries = random(type, 388, (long) heads * headDim);
    Tensor keys = random(type, 388, (long) keyValueHeads * headDim);
    Tensor values = random(type, 388, (long) keyValueHeads * headDim);
    Tensor upstream = random(type, 388, (long) heads * headDim);
    assertThat(FlashAttention.supports(queries, headDim)).isTrue();
    FlashAttention attention =
        new FlashAttention(torch, offsets, headDim, AttentionRule.of(causal, headDim));
    Tensor output = attention.forward(queries, keys, values);
    List<Tensor> gradients = new ArrayList<>();
    for (Tensor input : List.of(queries, keys, values)) {
      // As columns of something wider, as gradients for fused linears lie.
      gradients.add(torch.empty(type, 388, input.size(1) + 16).narrow(1, 8, input.size(1)));
    }
    attention.backward(
        Optional.of(gradients.get(0)),
        Optional.of(gradients.get(1)),
        Optional.of(gradients.get(2)),
        upstream,
        queries,
        keys,
        Optional.of(values));
    List<Tensor> expected =
        new Oracle(heads, keyValueHeads, headDim, causal)
            .of(offsets, List.of(queries, keys, values, upstream));
    close(output, expected.get(0), 8e-3);
    for (int i = 0; i < 3; i++) {
      close(gradients.get(i), expected.get(i + 1), 2e-2);
    }
    attention.backward(
        Optional.empty(),
        Optional.of(gradients.get(1).zero()),
        Optional.empty(),
        upstream,
        queries,
        keys,
        Optional.of(values));
    close(gradients.get(1), expected.get(2), 2e-2);
  }

  @Test
  void dryRunsTakeTheSameMemory() {
    List<Long> peaks = new ArrayList<>();
    for (Torch session : List.of(torch, Torch.dry(Device.CUDA))) {
      try (Scope inner = session.scope()) {
        Tensor queries = session.zeros(DType.BFLOAT16, 40, 64);
        Tensor keys = session.zeros(DType.BFLOAT16, 40, 32);
        Tensor weight = session.zeros(DType.BFLOAT16, 64);
        session.resetPeak();
        long before = session.liveBytes();
        FlashAttention attention =
            new FlashAttention(session, new int[] {0, 15, 40}, 16, AttentionRule.of(true, 16));
        Tensor output = attention.forward(queries, keys, keys);
        attention.backward(
            Optional.of(queries),
            Optional.of(keys),
            Optional.empty(),
            output,
            queries,
            keys,
            Optional.of(keys));
        CudaKernels.rmsNormBackward(CudaKernels.rmsNorm(queries, weight, 1), queries, weight, 1);
        peaks.add(session.peakBytes() - before);
      }
    }
    assertThat(peaks.get(1)).isEqualTo(peaks.get(0)).isPositive();
  }

  /** Attention by its formulas, head by head, in float64. */
  private record Oracle(int heads, int keyValueHeads, int headDim, boolean causal) {
    /** Output and gradients from queries, keys, values and upstream. */
    List<Tensor> of(int[] offsets, List<Tensor> inputs) {
      List<Tensor> wide = inputs.stream().map(input -> input.copyTo(DType.FLOAT64)).toList();
      Torch torch = wide.get(0).torch();
      List<Tensor> results = new ArrayList<>();
      for (int i : new int[] {0, 0, 1, 2}) {
        results.add(torch.zeros(DType.FLOAT64, wide.get(i).shape()));
      }
      for (int i = 1; i < offsets.length; i++) {
        int start = offsets[i - 1];
        int length = offsets[i] - start;
        for (int head = 0; head < heads; head++) {
          int shared = head / (heads / keyValueHeads);
          head(
              results.stream().map(t -> t.narrow(0, start, length)).toList(),
              wide.stream().map(t -> t.narrow(0, start, length)).toList(),
              head,
              shared);
        }
      }
      return results;
    }

    private Tensor columns(Tensor rows, int head) {
      return rows.narrow(1, (long) head * headDim, headDim);
    }

    private void head(List<Tensor> results, List<Tensor> inputs, int head, int shared) {
      Tensor q = columns(inputs.get(0), head);
      Tensor k = columns(inputs.get(1), shared);
      Tensor v = columns(inputs.get(2), shared);
      Tensor dy = columns(inputs.get(3), head);
      double scale = 1 / Math.sqrt(headDim);
      Tensor scores = q.matmul(k.t()).mulInPlace(scale);
      if (causal) {
        long length = scores.size(0);
        scores.addInPlace(
            q.torch().full(DType.FLOAT64, Double.NEGATIVE_INFINITY, length, length).triu(1));
      }
      Tensor p = Kernels.softmax(scores);
      columns(results.get(0), head).copyFrom(p.matmul(v));
      Tensor dp = dy.matmul(v.t());
      Tensor ds = dp.subInPlace(dp.mul(p).sumKeep(-1)).mulInPlace(p);
      columns(results.get(1), head).copyFrom(ds.matmul(k).mulInPlace(scale));
      columns(results.get(2), shared).addInPlace(ds.t().matmul(q).mulInPlace(scale));
      columns(results.get(3), shared).addInPlace(p.t().matmul(dy));
    }
  }
}
