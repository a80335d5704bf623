package dev.statecraft.core.op;

import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.Affine;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.PooledLowRank;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.Scaling;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.Shift;
import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @EnumSource
  void bottleneck(Activation.Kind activation) {
    of(new Bottleneck(3, 0.9, activation).op(), 2, 2)
        .input(Shape.tokens(4))
        .input(Shape.tokens(4))
        .parameter(3, 4)
        .parameter(4, 3)
        .parameter(3)
        .parameter(4)
        .verify(
            (x, w) -> {
              Tensor h = activation.apply(product(x.get(1), w.get(0)).add(w.get(2)));
              return x.get(0).add(product(h, w.get(1)).add(w.get(3)).mul(0.9));
            });
  }

  /** AdaLoRA's, which no control function makes. */
  @Test
  void singular() {
    RankBudget budget = new RankBudget(1, 0, 1, 1, 2, 0.5, 0.5);
    AdaLora tuning = new AdaLora(3, 2, 0, 0, budget, List.of("up"), LayerSelection.ALL, Map.of());
    Op op = tuning.apply(SmallModel.graph()).producer("l0.up").orElseThrow().op();
    of(op, 3, 2)
        .input(Shape.tokens(5))
        .input(Shape.tokens(4))
        .parameter(3, 4)
        .parameter(3, 1)
        .parameter(5, 3)
        .verify(
            (x, w) -> {
              Tensor h = product(x.get(1), w.get(0)).mul(w.get(1).t());
              return x.get(0).add(product(h, w.get(2)).mul(AdaLora.scale(2, 3)));
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

  /** The whole, even groups, and a last one that is shorter. */
  @ParameterizedTest
  @ValueSource(ints = {6, 2, 4})
  void pooledLowRank(int group) {
    int groups = (6 + group - 1) / group;
    of(new PooledLowRank(2, 1.4, group, 0).op(), 2, 2)
        .input(Shape.tokens(5))
        .input(Shape.tokens(6))
        .parameter(2, groups)
        .parameter(5, 2)
        .verify(
            (x, w) -> {
              Tensor[] means = new Tensor[groups];
              for (int g = 0; g < groups; g++) {
                means[g] =
                    x.get(1)
                        .narrow(1, (long) g * group, Math.min(group, 6 - g * group))
                        .meanKeep(1);
              }
              Tensor control = product(product(Tensor.cat(1, means), w.get(0)), w.get(1));
              return x.get(0).add(control.mul(1.4));
            });
  }

  /** One gate for the whole edge, one for each two features, one for each. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6})
  void gated(int gates) {
    of(new Gated(2, 1.4, gates, Initializer.KAIMING).op(), 3, 2)
        .input(Shape.tokens(6))
        .input(Shape.tokens(4))
        .parameter(2, 4)
        .parameter(6, 2)
        .parameter(gates, 4)
        .parameter(gates)
        .verify(
            (x, w) -> {
              Tensor open = product(x.get(1), w.get(2)).add(w.get(3)).sigmoid();
              Tensor each = open.unsqueeze(2).expand(5, gates, 6 / gates).reshape(5, 6);
              Tensor control = product(product(x.get(1), w.get(0)), w.get(1));
              return x.get(0).add(each.mul(control).mul(1.4));
            });
  }

  @Test
  void affine() {
    of(new Affine(2, 0.8, 3, Initializer.KAIMING).op(), 4, 1)
        .input(Shape.tokens(5))
        .input(Shape.tokens(4))
        .parameter(6, 4)
        .parameter(5, 6)
        .parameter(3, 4)
        .parameter(3)
        .verify(
            (x, w) -> {
              Tensor sum = x.get(0);
              for (int i = 0; i < 3; i++) {
                Tensor a = w.get(0).narrow(0, 2L * i, 2);
                Tensor b = w.get(1).narrow(1, 2L * i, 2);
                Tensor open =
                    product(x.get(1), w.get(2).narrow(0, i, 1))
                        .add(w.get(3).narrow(0, i, 1))
                        .sigmoid();
                sum = sum.add(product(product(x.get(1), a), b).mul(open).mul(0.8));
              }
              return sum;
            });
  }

  @Test
  void scaling() {
    of(new Scaling().op(), 3, 2)
        .input(Shape.tokens(5))
        .parameter(5)
        .verify((x, w) -> x.get(0).mul(w.get(0)));
    of(new Scaling().op(), 4)
        .input(Shape.tokens(3))
        .parameter(3, 1)
        .verify((x, w) -> x.get(0).mul(w.get(0).view(-1)));
  }

  @Test
  void shift() {
    of(new Shift().op(), 3, 2)
        .input(Shape.tokens(5))
        .parameter(5)
        .verify((x, w) -> x.get(0).add(w.get(0)));
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
