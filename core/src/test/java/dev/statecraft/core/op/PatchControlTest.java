package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.EdgePlace;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.TensorAssert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatchControlTest extends OpTest {
  private static final double SCALE = 0.7;

  private static Op op(boolean causal) {
    return new Patch(2, SCALE, Initializer.KAIMING).op(new EdgePlace("layers.0.mlp", causal));
  }

  /** The formula as it stands, sequence by sequence. */
  private static Tensor oracle(boolean causal, List<Tensor> x, List<Tensor> w, int... lengths) {
    Tensor h = x.get(1).matmul(w.get(0).t()).add(w.get(2));
    Tensor all = h.matmul(w.get(1).t()).add(w.get(3));
    List<Tensor> parts = new ArrayList<>();
    int start = 0;
    for (int length : lengths) {
      Tensor c = all.narrow(0, start, length);
      Tensor scores = c.matmul(c.t());
      if (causal) {
        double infinity = Double.NEGATIVE_INFINITY;
        scores = scores.add(c.torch().full(DType.FLOAT64, infinity, length, length).triu(1));
      }
      parts.add(c.add(softmax(scores).matmul(c)));
      start += length;
    }
    return x.get(0).add(Tensor.cat(0, parts.toArray(Tensor[]::new)).mul(SCALE));
  }

  private void check(boolean causal, int... lengths) {
    of(op(causal), lengths)
        .input(Shape.tokens(3))
        .input(Shape.tokens(5))
        .small()
        .parameter(2, 5)
        .parameter(3, 2)
        .parameter(2)
        .parameter(3)
        .verify((x, w) -> oracle(causal, x, w, lengths));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneSequence(boolean causal) {
    check(causal, 1);
    check(causal, 6);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sequencesOfOneLength(boolean causal) {
    check(causal, 4, 4, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void raggedSequences(boolean causal) {
    check(causal, 2, 5, 1, 3, 3);
  }

  /** Long enough for the kernel of long sequences, which float32 alone takes. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void longSequencesInFloat32(boolean causal) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(7)) {
      Op op = new Patch(6, SCALE, Initializer.KAIMING).op(new EdgePlace("edge", causal));
      Layout layout = Layout.ofLengths(100, 70, 130, 1);
      List<Tensor> x =
          List.of(
              torch.normal(generator, DType.FLOAT32, 0, 1, 301, 8),
              torch.normal(generator, DType.FLOAT32, 0, 1, 301, 8));
      List<Tensor> w =
          List.of(
              torch.normal(generator, DType.FLOAT32, 0, 0.3, 6, 8),
              torch.normal(generator, DType.FLOAT32, 0, 0.3, 8, 6),
              torch.normal(generator, DType.FLOAT32, 0, 0.3, 6),
              torch.normal(generator, DType.FLOAT32, 0, 0.3, 8));
      Tensor upstream = torch.normal(generator, DType.FLOAT32, 0, 1, 301, 8);
      Demand all = new Demand(List.of(true, true), List.of(true, true, true, true));
      OpHarness.Result found =
          new OpHarness(torch, op, layout, DType.FLOAT32, 1)
              .forwardBackward(x, w, upstream, all, OpHarness.Variant.PLAIN);
      OpHarness.Result expected =
          new OpHarness(torch, op, layout, DType.FLOAT64, 1)
              .forwardBackward(
                  wide(x), wide(w), upstream.copyTo(DType.FLOAT64), all, OpHarness.Variant.PLAIN);
      Closeness close = Closeness.relative(1e-4);
      close.check("output", found.output(), expected.output());
      for (int i = 0; i < 6; i++) {
        close.check(
            "gradient " + i,
            found.gradients().get(i).orElseThrow(),
            expected.gradients().get(i).orElseThrow());
      }
    }
  }

  private static List<Tensor> wide(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.copyTo(DType.FLOAT64)).toList();
  }

  @Test
  void readsItsInputOnlyForTheBranch() {
    Op op = op(false);
    assertThat(op.reads(new Demand(List.of(true, false), List.of(false, false, false, false))))
        .isEqualTo(Reads.NOTHING);
    assertThat(op.reads(new Demand(List.of(true, false), List.of(false, false, false, true))))
        .isEqualTo(Reads.inputs(1));
  }

  @Test
  void wantsRowsOfSequences() {
    State rows = new State("pooled", Shape.sequences(4), Precision.COMPUTE);
    List<Parameter> theta = new Patch(2, 1, Initializer.KAIMING).parameters(name -> name, 4, 4);
    assertThatThrownBy(() -> op(false).infer(List.of(rows, rows), theta))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("patch: expected rows of sequences laid end to end");
  }

  /** Text goes on from rows that are cached. */
  @Test
  void cachedGenerationEqualsTheWholeSequence() {
    int[] steps = {3, 1, 2};
    int tokens = Arrays.stream(steps).sum();
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(5);
        TestCache cache = new TestCache()) {
      List<Tensor> x =
          List.of(
              torch.normal(generator, DType.FLOAT64, 0, 1, tokens, 3),
              torch.normal(generator, DType.FLOAT64, 0, 1, tokens, 5));
      List<Tensor> w =
          List.of(
              torch.normal(generator, DType.FLOAT64, 0, 0.5, 2, 5),
              torch.normal(generator, DType.FLOAT64, 0, 0.5, 3, 2),
              torch.normal(generator, DType.FLOAT64, 0, 0.5, 2),
              torch.normal(generator, DType.FLOAT64, 0, 0.5, 3));
      List<Tensor> parts = new ArrayList<>();
      int start = 0;
      for (int length : steps) {
        int from = start;
        List<Tensor> step = x.stream().map(all -> all.narrow(0, from, length)).toList();
        parts.add(
            new OpHarness(torch, op(true), Layout.ofLengths(length), DType.FLOAT64, 1)
                .cachedForward(step, w, cache));
        start += length;
      }
      Tensor joined = Tensor.cat(0, parts.toArray(Tensor[]::new));
      TensorAssert.assertThat(joined)
          .hasShape(tokens, 3)
          .hasValues(oracle(true, x, w, tokens).toDoubles());
      assertThat(cache.keys).containsOnlyKeys("layers.0.mlp.patch");
    }
  }
}
