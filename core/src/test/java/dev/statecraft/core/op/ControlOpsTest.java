package dev.statecraft.core.op;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ops of control functions; DoRA, whose gradient is no derivative, is in MergeTest. */
class ControlOpsTest extends OpTest {
  @Test
  void lowRank() {
    of(new LowRank(2, 0.7, false, 0, Initializer.KAIMING).op(), 3, 1)
        .input(Shape.tokens(5))
        .input(Shape.tokens(4))
        .parameter(2, 4)
        .parameter(5, 2)
        .verify((x, w) -> x.get(0).add(product(product(x.get(1), w.get(0)), w.get(1)).mul(0.7)));
  }

  @Test
  void lowRankWithBiases() {
    of(new LowRank(2, 1.3, true, 0, Initializer.KAIMING).op(), 4)
        .input(Shape.tokens(3))
        .input(Shape.tokens(6))
        .parameter(2, 6)
        .parameter(3, 2)
        .parameter(2)
        .parameter(3)
        .verify(
            (x, w) -> {
              Tensor h = product(x.get(1), w.get(0)).add(w.get(2));
              return x.get(0).add(product(h, w.get(1)).add(w.get(3)).mul(1.3));
            });
  }

  @Test
  void bottleneck() {
    of(new Bottleneck(3, 0.9).op(), 2, 2)
        .input(Shape.tokens(4))
        .input(Shape.tokens(4))
        .parameter(3, 4)
        .parameter(4, 3)
        .parameter(3)
        .parameter(4)
        .verify(
            (x, w) -> {
              Tensor h = Kernels.gelu(product(x.get(1), w.get(0)).add(w.get(2)), false);
              return x.get(0).add(product(h, w.get(1)).add(w.get(3)).mul(0.9));
            });
  }

  /** A and B are those of wider states. */
  @Test
  void sharedLowRank() {
    of(new SharedLowRank(3, 0.1, 0, 0).op(), 3, 2)
        .input(Shape.tokens(5))
        .input(Shape.tokens(4))
        .parameter(3)
        .parameter(5)
        .frozen(3, 7)
        .frozen(6, 3)
        .verify(
            (x, w) -> {
              Tensor h = product(x.get(1), w.get(2).narrow(1, 0, 4)).mul(w.get(0));
              return x.get(0).add(product(h, w.get(3).narrow(0, 0, 5)).mul(w.get(1)));
            });
  }

  @Test
  void aFunctionWithAForwardOnly() {
    UserFunction function =
        new UserFunction(
            "tanh_of_product",
            List.of(
                new UserFunction.Theta(
                    "M", (in, out) -> new long[] {out, in}, Initializer.KAIMING)),
            (x, theta) -> product(x, theta.get(0)).tanh());
    of(function.op(), 3)
        .input(Shape.tokens(4))
        .input(Shape.tokens(5))
        .parameter(4, 5)
        .verify((x, w) -> x.get(0).add(product(x.get(1), w.get(0)).tanh()));
  }

  @Test
  void selectRows() {
    of(new SelectRows(), 3, 2)
        .labels(4)
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 4, 0, 4, 2)
        .verify((x, w) -> x.get(0).indexSelect(0, x.get(1)));
  }

  /** {@code x W^T}. */
  private static Tensor product(Tensor x, Tensor weight) {
    return x.matmul(weight.t());
  }
}
