package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.AttentionRule;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.TensorAssert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest extends OpTest {
  /** Attention head by head, sequence by sequence. */
  private static Tensor oracle(Attention op, List<Tensor> x, int... lengths) {
    return oracle(op, x, lengths, lengths);
  }

  private static Tensor oracle(Attention op, List<Tensor> x, int[] lengths, int[] seen) {
    int d = op.headDim();
    int group = op.heads() / op.keyValueHeads();
    List<Tensor> sequences = new ArrayList<>();
    int start = 0;
    int from = 0;
    for (int i = 0; i < lengths.length; i++) {
      int length = lengths[i];
      List<Tensor> heads = new ArrayList<>();
      for (int head = 0; head < op.heads(); head++) {
        int shared = head / group;
        Tensor q = x.get(0).narrow(0, start, length).narrow(1, (long) head * d, d);
        Tensor k = x.get(1).narrow(0, from, seen[i]).narrow(1, (long) shared * d, d);
        Tensor v = x.get(2).narrow(0, from, seen[i]).narrow(1, (long) shared * d, d);
        Tensor scores = q.matmul(k.t()).mul(op.rule().scale());
        double cap = op.rule().cap();
        if (cap > 0) {
          scores = scores.mul(1 / cap).tanh().mul(cap);
        }
        scores = scores.add(hidden(q.torch(), op.rule(), length, seen[i]));
        heads.add(softmax(scores).matmul(v));
      }
      sequences.add(Tensor.cat(1, heads.toArray(Tensor[]::new)));
      start += length;
      from += seen[i];
    }
    return Tensor.cat(0, sequences.toArray(Tensor[]::new));
  }

  /** Minus infinity where a query does not see a key. */
  private static Tensor hidden(Torch torch, AttentionRule rule, int queries, int keys) {
    double[] mask = new double[queries * keys];
    for (int i = 0; i < queries; i++) {
      for (int j = 0; j < keys; j++) {
        boolean far = rule.window() > 0 && Math.abs(i - j) >= rule.window();
        if (far || (rule.causal() && j > i)) {
          mask[i * keys + j] = Double.NEGATIVE_INFINITY;
        }
      }
    }
    return torch.of(DType.FLOAT64, mask, queries, keys);
  }

  private void check(AttentionRule rule, int heads, int keyValueHeads, int d, int... lengths) {
    Attention op = new Attention("attention", heads, keyValueHeads, d, rule, false);
    of(op, lengths)
        .input(Shape.tokens((long) heads * d))
        .input(Shape.tokens((long) keyValueHeads * d))
        .input(Shape.tokens((long) keyValueHeads * d))
        .verify((x, w) -> oracle(op, x, lengths));
  }

  /** One token, less than the text, as much, more; heads of their own, shared, shared by all. */
  @ParameterizedTest
  @CsvSource({
    "true, 1",
    "true, 2",
    "true, 3",
    "true, 5",
    "true, 9",
    "false, 1",
    "false, 2",
    "false, 3",
    "false, 9"
  })
  void withinAWindow(boolean causal, int window) {
    AttentionRule rule = AttentionRule.of(causal, 2).withWindow(window);
    check(rule, 2, 2, 2, 5);
    check(rule, 4, 2, 2, 4, 4);
    check(rule, 4, 1, 2, 1, 6, 2, 2);
    check(rule, 2, 1, 2, 7, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "true, 0, 0.7, 0",
    "true, 0, 0.5, 1.5",
    "false, 0, 1, 2",
    "true, 2, 1, 30",
    "false, 2, 2, 1"
  })
  void scaledAndCapped(boolean causal, int window, double scale, double cap) {
    AttentionRule rule = new AttentionRule(causal, window, scale, cap);
    check(rule, 2, 2, 3, 4);
    check(rule, 4, 2, 2, 3, 1, 5);
  }

  private void check(int heads, int keyValueHeads, int headDim, boolean causal, int... lengths) {
    Attention op = new Attention("attention", heads, keyValueHeads, headDim, causal);
    of(op, lengths)
        .input(Shape.tokens((long) heads * headDim))
        .input(Shape.tokens((long) keyValueHeads * headDim))
        .input(Shape.tokens((long) keyValueHeads * headDim))
        .verify((x, w) -> oracle(op, x, lengths));
  }

  /** Queries of one axis, keys and values of another with the same sequences. */
  private void checkCross(int heads, int keyValueHeads, int headDim, int[] lengths, int[] seen) {
    Attention op = new Attention("attention", heads, keyValueHeads, headDim, false);
    Axis source = Axis.SOURCE_TOKENS;
    of(op, lengths)
        .axis(source, seen)
        .input(Shape.tokens((long) heads * headDim))
        .input(Shape.along(source, (long) keyValueHeads * headDim))
        .input(Shape.along(source, (long) keyValueHeads * headDim))
        .verify((x, w) -> oracle(op, x, lengths, seen));
  }

  @Test
  void keysAndValuesOfAnotherAxis() {
    checkCross(1, 1, 4, new int[] {3}, new int[] {5});
    checkCross(2, 2, 3, new int[] {1, 1}, new int[] {4, 4});
    checkCross(4, 2, 2, new int[] {4, 4, 4}, new int[] {1, 1, 1});
    checkCross(2, 2, 3, new int[] {2, 3}, new int[] {2, 3});
  }

  /** Ragged along one axis, the other, both, and in opposite order. */
  @Test
  void keysAndValuesOfAnotherAxisInRaggedSequences() {
    checkCross(2, 2, 3, new int[] {2, 2, 2}, new int[] {1, 4, 2});
    checkCross(4, 1, 2, new int[] {1, 4, 2}, new int[] {3, 3, 3});
    checkCross(4, 2, 2, new int[] {2, 2, 1, 3, 3}, new int[] {4, 1, 3, 1, 1});
    checkCross(2, 1, 3, new int[] {1, 5}, new int[] {6, 2});
  }

  /** Sources that are worked on together, or in several batches, do not mix. */
  @Test
  void manySequencesAcrossAreOneByOne() {
    int[] lengths = {30, 9, 12, 200, 7, 8, 6, 210};
    int[] seen = {5, 300, 11, 12, 90, 88, 91, 400};
    Attention op = new Attention("attention", 4, 2, 16, false);
    assertThat(
            new SequenceGrouping(4, (16L << 20) / 4, true)
                .of(Layout.ofLengths(lengths), Layout.ofLengths(seen)))
        .hasSizeBetween(2, 7)
        .anyMatch(batch -> batch.keys().isRagged());
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(13)) {
      int queries = Arrays.stream(lengths).sum();
      int keys = Arrays.stream(seen).sum();
      List<Tensor> all =
          List.of(
              torch.normal(generator, DType.FLOAT32, 0, 1, queries, 64),
              torch.normal(generator, DType.FLOAT32, 0, 1, keys, 32),
              torch.normal(generator, DType.FLOAT32, 0, 1, keys, 32));
      List<Layout> layouts =
          List.of(Layout.ofLengths(lengths), Layout.ofLengths(seen), Layout.ofLengths(seen));
      double[] found =
          new OpHarness(torch, op, layouts, DType.FLOAT32, 1).forward(all, List.of()).output();
      List<Tensor> wide = all.stream().map(x -> x.copyTo(DType.FLOAT64)).toList();
      Closeness.of(DType.FLOAT32)
          .check("output", found, oracle(op, wide, lengths, seen).toDoubles());
    }
  }

  @Test
  void cachesNothingOfWhatIsSeenWhole() {
    Attention op = new Attention("attention", 2, 2, 3, false);
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(14);
        TestCache cache = new TestCache()) {
      List<Tensor> x =
          List.of(
              torch.normal(generator, DType.FLOAT64, 0, 1, 1, 6),
              torch.normal(generator, DType.FLOAT64, 0, 1, 4, 6),
              torch.normal(generator, DType.FLOAT64, 0, 1, 4, 6));
      List<Layout> layouts = List.of(Layout.ofLengths(1), Layout.ofLengths(4), Layout.ofLengths(4));
      Tensor output =
          new OpHarness(torch, op, layouts, DType.FLOAT64, 1).cachedForward(x, List.of(), cache);
      TensorAssert.assertThat(output)
          .hasValues(oracle(op, x, new int[] {1}, new int[] {4}).toDoubles());
      assertThat(cache.keys).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneToken(boolean causal) {
    check(1, 1, 1, causal, 1);
    check(4, 2, 3, causal, 1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneSequence(boolean causal) {
    check(1, 1, 4, causal, 5);
    check(2, 2, 3, causal, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void groupedQueries(boolean causal) {
    check(4, 2, 2, causal, 3);
    check(6, 1, 2, causal, 4, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void raggedSequences(boolean causal) {
    check(4, 2, 2, causal, 2, 2, 1, 3, 3, 3, 2);
    check(2, 2, 3, causal, 1, 5);
    check(4, 1, 2, causal, 1, 2, 2, 3, 5);
  }

  /** Long enough for more than one batch: 5 sequences of 16 * 256 * 256 * 8 bytes each. */
  @Test
  void sequencesOfDifferentBatchesDoNotSeeEachOther() {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(11)) {
      Attention op = new Attention("attention", 16, 8, 2, true);
      int[] lengths = {256, 256, 256, 256, 256};
      List<Tensor> all =
          List.of(
              torch.normal(generator, DType.FLOAT64, 0, 1, 1280, 32),
              torch.normal(generator, DType.FLOAT64, 0, 1, 1280, 16),
              torch.normal(generator, DType.FLOAT64, 0, 1, 1280, 16));
      Tensor upstream = torch.normal(generator, DType.FLOAT64, 0, 1, 1280, 32);
      assertThat(
              new SequenceGrouping(16, (16L << 20) / 8, true)
                  .of(Layout.ofLengths(lengths), Layout.ofLengths(lengths)))
          .hasSize(3);
      Demand demand = new Demand(List.of(true, true, true), List.of());
      OpHarness.Result together =
          new OpHarness(torch, op, Layout.ofLengths(lengths), DType.FLOAT64, 1)
              .forwardBackward(all, List.of(), upstream, demand, OpHarness.Variant.PLAIN);
      for (int i = 0; i < 5; i++) {
        int start = i * 256;
        List<Tensor> part = all.stream().map(x -> x.narrow(0, start, 256)).toList();
        OpHarness.Result alone =
            new OpHarness(torch, op, Layout.ofLengths(256), DType.FLOAT64, 1)
                .forwardBackward(
                    part,
                    List.of(),
                    upstream.narrow(0, start, 256),
                    demand,
                    OpHarness.Variant.PLAIN);
        Closeness exact = Closeness.relative(1e-12);
        exact.check("output", slice(together.output(), i, 32), alone.output());
        for (int g = 0; g < 3; g++) {
          double[] expected = alone.gradients().get(g).orElseThrow();
          double[] joined = together.gradients().get(g).orElseThrow();
          exact.check("gradient " + g, slice(joined, i, g == 0 ? 32 : 16), expected);
        }
      }
    }
  }

  /** Long enough for blocks, which float32 alone takes; some gradients are not wanted. */
  @ParameterizedTest
  @CsvSource({"true, true, true", "false, true, true", "true, false, false", "false, false, true"})
  void longSequencesInFloat32(boolean causal, boolean scores, boolean values) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(12)) {
      Attention op = new Attention("attention", 4, 2, 8, causal);
      Layout layout = Layout.ofLengths(100, 70, 130, 1);
      List<Tensor> wide =
          List.of(
              torch.normal(generator, DType.FLOAT32, 0, 1, 301, 32).copyTo(DType.FLOAT64),
              torch.normal(generator, DType.FLOAT32, 0, 1, 301, 16).copyTo(DType.FLOAT64),
              torch.normal(generator, DType.FLOAT32, 0, 1, 301, 16).copyTo(DType.FLOAT64));
      List<Tensor> narrow = wide.stream().map(x -> x.copyTo(DType.FLOAT32)).toList();
      Tensor upstream = torch.normal(generator, DType.FLOAT32, 0, 1, 301, 32).copyTo(DType.FLOAT64);
      Demand demand = new Demand(List.of(scores, scores, values || !scores), List.of());
      OpHarness.Result expected =
          new OpHarness(torch, op, layout, DType.FLOAT64, 1)
              .forwardBackward(wide, List.of(), upstream, demand, OpHarness.Variant.PLAIN);
      OpHarness.Result found =
          new OpHarness(torch, op, layout, DType.FLOAT32, 1)
              .forwardBackward(
                  narrow,
                  List.of(),
                  upstream.copyTo(DType.FLOAT32),
                  demand,
                  OpHarness.Variant.PLAIN);
      Closeness close = Closeness.relative(1e-4);
      close.check("output", found.output(), expected.output());
      for (int i = 0; i < 3; i++) {
        assertThat(found.gradients().get(i).isPresent())
            .isEqualTo(expected.gradients().get(i).isPresent());
        if (expected.gradients().get(i).isPresent()) {
          close.check(
              "gradient " + i,
              found.gradients().get(i).orElseThrow(),
              expected.gradients().get(i).orElseThrow());
        }
      }
    }
  }

  /** Through the kernels, against float64, which has none. */
  @ParameterizedTest
  @CsvSource({
    "true, 30, 0",
    "true, 64, 0",
    "true, 100, 2",
    "true, 0, 2",
    "false, 30, 0",
    "false, 90, 3"
  })
  void longSequencesByOtherRules(boolean causal, int window, double cap) {
    AttentionRule rule = new AttentionRule(causal, window, 0.4, cap);
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(12)) {
      Attention op = new Attention("attention", 4, 2, 8, rule, false);
      int[] lengths = {100, 170, 230, 1};
      List<Tensor> narrow =
          List.of(
              torch.normal(generator, DType.FLOAT32, 0, 1, 501, 32),
              torch.normal(generator, DType.FLOAT32, 0, 1, 501, 16),
              torch.normal(generator, DType.FLOAT32, 0, 1, 501, 16));
      List<Tensor> wide = narrow.stream().map(x -> x.copyTo(DType.FLOAT64)).toList();
      Tensor upstream = torch.normal(generator, DType.FLOAT32, 0, 1, 501, 32);
      Demand demand = new Demand(List.of(true, true, true), List.of());
      OpHarness.Result expected =
          new OpHarness(torch, op, Layout.ofLengths(lengths), DType.FLOAT64, 1)
              .forwardBackward(
                  wide, List.of(), upstream.copyTo(DType.FLOAT64), demand, OpHarness.Variant.PLAIN);
      OpHarness.Result found =
          new OpHarness(torch, op, Layout.ofLengths(lengths), DType.FLOAT32, 1)
              .forwardBackward(narrow, List.of(), upstream, demand, OpHarness.Variant.PLAIN);
      Closeness close = Closeness.relative(1e-4);
      close.check("output", found.output(), expected.output());
      Closeness.relative(1e-12)
          .check("the oracle", expected.output(), oracle(op, wide, lengths).toDoubles());
      for (int i = 0; i < 3; i++) {
        close.check(
            "gradient " + i,
            found.gradients().get(i).orElseThrow(),
            expected.gradients().get(i).orElseThrow());
      }
    }
  }

  private static double[] slice(double[] values, int sequence, int features) {
    int size = 256 * features;
    return Arrays.copyOfRange(values, sequence * size, (sequence + 1) * size);
  }

  @Test
  void valuesAreReadOnlyForScores() {
    Op op = new Attention("attention", 2, 1, 4, true);
    assertThat(op.reads(new Demand(List.of(false, false, true), List.of())))
        .isEqualTo(Reads.inputs(0, 1));
    assertThat(op.reads(new Demand(List.of(true, false, false), List.of())))
        .isEqualTo(Reads.inputs(0, 1, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 1, 1, 0",
    "1, 6, 0, 0",
    "3, 4, 0, 0",
    "2, 3, 2, 0",
    "5, 1, 1, 1",
    "5, 1, 1, 3",
    "1, 6, 1, 3",
    "2, 3, 4, 4",
    "9, 1, 3, 5",
    "2, 1, 1, 8"
  })
  void cachedGenerationEqualsTheWholeSequence(int first, int second, int third, int window) {
    int tokens = first + second + third;
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(5);
        TestCache cache = new TestCache()) {
      AttentionRule rule = AttentionRule.of(true, 3).withWindow(window);
      Attention op = new Attention("layers.0.attention", 4, 2, 3, rule, false);
      Tensor q = torch.normal(generator, DType.FLOAT64, 0, 1, tokens, 12);
      Tensor k = torch.normal(generator, DType.FLOAT64, 0, 1, tokens, 6);
      Tensor v = torch.normal(generator, DType.FLOAT64, 0, 1, tokens, 6);
      double[] whole =
          new OpHarness(torch, op, Layout.ofLengths(tokens), DType.FLOAT64, 1)
              .forward(List.of(q, k, v), List.of())
              .output();
      List<Tensor> parts = new ArrayList<>();
      int start = 0;
      for (int length : new int[] {first, second, third}) {
        if (length > 0) {
          List<Tensor> step =
              List.of(
                  q.narrow(0, start, length),
                  k.narrow(0, start, length),
                  v.narrow(0, start, length));
          parts.add(
              new OpHarness(torch, op, Layout.ofLengths(length), DType.FLOAT64, 1)
                  .cachedForward(step, List.of(), cache));
          start += length;
        }
      }
      Tensor joined = Tensor.cat(0, parts.toArray(Tensor[]::new));
      TensorAssert.assertThat(joined).hasShape(tokens, 12).hasValues(whole);
      assertThat(cache.keys).containsOnlyKeys("layers.0.attention");
      TensorAssert.assertThat(cache.keys("layers.0.attention"))
          .hasShape(window == 0 ? tokens : Math.min(tokens, window - 1), 6);
    }
  }
}
