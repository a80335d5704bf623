package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GateTest extends OpTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5", "4, 19"})
  void swiGlu(int tokens, int features) {
    of(new Glu(), tokens)
        .input(Shape.tokens(features))
        .input(Shape.tokens(features))
        .verify((x, w) -> x.get(0).mul(sigmoid(x.get(0))).mul(x.get(1)));
  }

  @Test
  void swiGluReadsUpOnlyForTheGate() {
    Op op = new Glu();
    assertThat(op.reads(new Demand(List.of(false, true), List.of()))).isEqualTo(Reads.inputs(0));
    assertThat(op.reads(new Demand(List.of(true, false), List.of()))).isEqualTo(Reads.inputs(0, 1));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5"})
  void add(int tokens, int features) {
    of(new Add(), tokens)
        .input(Shape.tokens(features))
        .input(Shape.tokens(features))
        .verify((x, w) -> x.get(0).add(x.get(1)));
  }

  @ParameterizedTest
  @EnumSource(Activation.Kind.class)
  void activations(Activation.Kind kind) {
    for (int features : new int[] {1, 21}) {
      of(new Activation(kind), 3)
          .input(Shape.tokens(features))
          .verify((x, w) -> activation(kind, x.get(0)));
    }
  }

  private static Tensor activation(Activation.Kind kind, Tensor x) {
    return switch (kind) {
      case SILU -> x.mul(sigmoid(x));
      case TANH -> x.tanh();
      // max(x, 0) = (x + |x|) / 2.
      case RELU -> x.add(x.square().sqrt()).mul(0.5);
      case GELU_TANH -> {
        Tensor cube = x.square().mul(x).mul(0.044715);
        Tensor inner = x.add(cube).mul(Math.sqrt(2 / Math.PI));
        yield x.mul(inner.tanh().addScalar(1)).mul(0.5);
      }
      case GELU -> x.mul(normalCumulative(x));
    };
  }

  /** Phi(x) by its series 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...). */
  private static Tensor normalCumulative(Tensor x) {
    Tensor term = x;
    Tensor sum = x;
    for (int n = 1; n < 80; n++) {
      term = term.mul(x.square()).mul(1.0 / (2 * n + 1));
      sum = sum.add(term);
    }
    Tensor density = x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
    return density.mul(sum).addScalar(0.5);
  }

  @Test
  void tanhReadsItsOutputAlone() {
    Demand demand = new Demand(List.of(true), List.of());
    assertThat(new Activation(Activation.Kind.TANH).reads(demand)).isEqualTo(Reads.OUTPUT);
    assertThat(new Activation(Activation.Kind.GELU).reads(demand)).isEqualTo(Reads.inputs(0));
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.Kind.class,
      names = {"SILU", "GELU", "GELU_TANH", "RELU"})
  void gates(Activation.Kind kind) {
    for (int features : new int[] {1, 13}) {
      of(new Glu(kind, false), 3)
          .input(Shape.tokens(features))
          .input(Shape.tokens(features))
          .verify((x, w) -> activation(kind, x.get(0)).mul(x.get(1)));
      of(new Glu(kind, true), 3)
          .input(Shape.tokens(2L * features))
          .verify(
              (x, w) -> {
                Tensor gate = x.get(0).narrow(1, 0, features);
                return activation(kind, gate).mul(x.get(0).narrow(1, features, features));
              });
    }
  }

  @Test
  void gatesAreOfTheirInput() {
    assertThatThrownBy(() -> new Glu(Activation.Kind.TANH, false))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("a derivative of its input, found tanh");
  }

  @ParameterizedTest
  @CsvSource({"true, 1.5", "false, -0.3"})
  void scale(boolean rounded, double factor) {
    of(new Scale(factor, rounded), 2, 1)
        .input(Shape.tokens(5))
        .verify((x, w) -> x.get(0).mul(factor));
  }

  /** Gemma's root of the width: 22.627 is 22.625 in bfloat16. */
  @Test
  void scalesByARoundedFactor() {
    double root = Math.sqrt(512);
    try (Scope scope = torch.scope()) {
      Tensor x = torch.full(DType.BFLOAT16, 3, 1, 4);
      OpHarness rounded =
          new OpHarness(torch, new Scale(root, true), Layout.ofLengths(1), DType.BFLOAT16, 1);
      assertThat(rounded.forward(List.of(x), List.of()).output()).containsOnly(68);
      OpHarness exact =
          new OpHarness(torch, new Scale(root, true), Layout.ofLengths(1), DType.FLOAT64, 1);
      assertThat(exact.forward(List.of(x.copyTo(DType.FLOAT64)), List.of()).output())
          .containsOnly(3 * root);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 3", "4, 1", "0, 5"})
  void columns(int from, int count) {
    of(new Columns(from, count), 2, 2)
        .input(Shape.tokens(5))
        .verify((x, w) -> x.get(0).narrow(1, from, count));
  }
}
