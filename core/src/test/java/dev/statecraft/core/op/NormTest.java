package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.testkit.Closeness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormTest extends OpTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1e-5", "1, 8, 1e-6", "5, 33, 1e-5", "4, 7, 0.5"})
  void rmsNorm(int tokens, int hidden, double eps) {
    of(new RmsNorm(eps), tokens)
        .input(Shape.tokens(hidden))
        .parameter(hidden)
        .verify(
            (x, w) -> {
              Tensor root = x.get(0).square().meanKeep(-1).addScalar(eps).sqrt();
              return x.get(0).div(root).mul(w.get(0));
            });
  }

  private static Tensor normed(Tensor x, Tensor weight, double eps) {
    return x.div(x.square().meanKeep(-1).addScalar(eps).sqrt()).mul(weight);
  }

  @ParameterizedTest
  @CsvSource({"1, 8, 1e-6", "5, 33, 1e-5"})
  void rmsNormFromOne(int tokens, int hidden, double eps) {
    of(new RmsNorm(eps, false, true, 0), tokens)
        .input(Shape.tokens(hidden))
        .parameter(hidden)
        .verify((x, w) -> normed(x.get(0), w.get(0).addScalar(1), eps));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 4, false", "3, 2, 5, false", "4, 3, 2, true"})
  void rmsNormOfHeads(int tokens, int heads, int headDim, boolean fromOne) {
    of(new RmsNorm(1e-5, false, fromOne, 0).ofHeads(headDim), tokens)
        .input(Shape.tokens((long) heads * headDim))
        .parameter(headDim)
        .verify(
            (x, w) -> {
              Tensor weight = fromOne ? w.get(0).addScalar(1) : w.get(0);
              Tensor[] parts = new Tensor[heads];
              for (int h = 0; h < heads; h++) {
                parts[h] = normed(x.get(0).narrow(1, (long) h * headDim, headDim), weight, 1e-5);
              }
              return Tensor.cat(1, parts);
            });
  }

  /** Numbers of transformers' Gemma2RMSNorm in float64, whose norm is in float32. */
  @Test
  void fromOneAsTransformers() {
    try (Scope scope = torch.scope()) {
      RmsNorm op = new RmsNorm(1e-6, true, true, 0);
      double[] x = {0.3, -1.7, 2.2, 0.9, 1e-3, 5.5, -0.125, 3.3};
      double[] dy = {1, -2, 0.5, 0.7, 0.1, 0.2, -0.3, 1.4};
      double[] y = {
        0.25530290603637695,
        -0.5786865949630737,
        3.18277645111084,
        0.6510224342346191,
        0.0003896955167874694,
        0.8573300838470459,
        -0.08281029760837555,
        1.0930957794189453
      };
      double[] dx = {
        0.7307392954826355,
        0.0007245540618896484,
        -0.15862470865249634,
        0.1455395519733429,
        0.0389275960624218,
        -0.19957655668258667,
        -0.1935003399848938,
        0.325286328792572
      };
      double[] dw = {
        0.2042735069990158, 2.6576783657073975, 0.7605794072151184, 1.8692233562469482
      };
      Tensor weight = torch.of(DType.FLOAT64, new double[] {0.25, -0.5, 1.125, 0.0625}, 4);
      OpHarness.Result result =
          new OpHarness(torch, op, Layout.ofLengths(2), DType.FLOAT64, 1)
              .forwardBackward(
                  List.of(torch.of(DType.FLOAT64, x, 2, 4)),
                  List.of(weight),
                  torch.of(DType.FLOAT64, dy, 2, 4),
                  new Demand(List.of(true), List.of(true)),
                  OpHarness.Variant.PLAIN);
      assertThat(result.output()).isEqualTo(y);
      // The last bit of a float32 sum is libtorch's own.
      Closeness.relative(2e-7).check("dx", result.gradients().get(0).orElseThrow(), dx);
      Closeness.relative(2e-7).check("dw", result.gradients().get(1).orElseThrow(), dw);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3, 1e-5", "1, 8, 1e-6", "5, 33, 1e-12", "4, 7, 0.5"})
  void layerNorm(int tokens, int hidden, double eps) {
    of(new LayerNorm(eps), tokens)
        .input(Shape.tokens(hidden))
        .parameter(hidden)
        .parameter(hidden)
        .verify(
            (x, w) -> {
              Tensor centred = x.get(0).sub(x.get(0).meanKeep(-1));
              Tensor root = centred.square().meanKeep(-1).addScalar(eps).sqrt();
              return centred.div(root).mul(w.get(0)).add(w.get(1));
            });
  }

  @ParameterizedTest
  @CsvSource({"1, 8, 1e-6", "5, 33, 1e-5"})
  void layerNormWithoutBias(int tokens, int hidden, double eps) {
    of(new LayerNorm(eps, false), tokens)
        .input(Shape.tokens(hidden))
        .parameter(hidden)
        .verify(
            (x, w) -> {
              Tensor centred = x.get(0).sub(x.get(0).meanKeep(-1));
              return centred.div(centred.square().meanKeep(-1).addScalar(eps).sqrt()).mul(w.get(0));
            });
  }

  /** In bfloat16 sums of 1e5-sized squares or a mean of 1000 would lose everything. */
  @Test
  void statisticsAreNotComputedInBfloat16() {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(3)) {
      Tensor x = torch.normal(generator, DType.BFLOAT16, 100, 8, 4, 512);
      Tensor ones = torch.full(DType.BFLOAT16, 1, 512);
      Tensor zeros = torch.zeros(DType.BFLOAT16, 512);
      List<Tensor> wide =
          List.of(x.copyTo(DType.FLOAT64), ones.copyTo(DType.FLOAT64), zeros.copyTo(DType.FLOAT64));
      Layout layout = Layout.ofLengths(4);
      for (Op op : List.of(new LayerNorm(1e-5), new RmsNorm(1e-5))) {
        int weights = op instanceof LayerNorm ? 2 : 1;
        Demand demand =
            new Demand(List.of(true), weights == 2 ? List.of(true, true) : List.of(true));
        Tensor upstream = torch.normal(generator, DType.BFLOAT16, 0, 1, 4, 512);
        OpHarness.Result narrow =
            new OpHarness(torch, op, layout, DType.BFLOAT16, 1)
                .forwardBackward(
                    List.of(x),
                    List.of(ones, zeros).subList(0, weights),
                    upstream,
                    demand,
                    OpHarness.Variant.PLAIN);
        OpHarness.Result exact =
            new OpHarness(torch, op, layout, DType.FLOAT64, 1)
                .forwardBackward(
                    wide.subList(0, 1),
                    wide.subList(1, 1 + weights),
                    upstream.copyTo(DType.FLOAT64),
                    demand,
                    OpHarness.Variant.PLAIN);
        Closeness rounding = Closeness.relative(4e-3);
        rounding.check(op.name(), narrow.output(), exact.output());
        for (int i = 0; i <= weights; i++) {
          rounding.check(
              op.name() + " gradient " + i,
              narrow.gradients().get(i).orElseThrow(),
              exact.gradients().get(i).orElseThrow());
        }
      }
    }
  }
}
