package dev.statecraft.core.op;

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
