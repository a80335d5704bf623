package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.AttentionRule;
import dev.statecraft.testkit.Closeness;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences of different lengths worked on together are what each is by itself. */
class RaggedAttentionTest extends OpTest {
  private static final int[] LENGTHS = {1, 1, 4, 2, 7, 7, 3, 1, 12, 9};
  private static final Demand ALL = new Demand(List.of(true, true, true), List.of());

  private OpHarness.Result run(
      Attention op, DType type, List<Tensor> inputs, Tensor upstream, int... lengths) {
    return new OpHarness(torch, op, Layout.ofLengths(lengths), type, 1)
        .forwardBackward(inputs, List.of(), upstream, ALL, OpHarness.Variant.PLAIN);
  }

  private static Closeness tolerance(DType type) {
    return type == DType.FLOAT64 ? Closeness.relative(1e-12) : Closeness.of(type);
  }

  private static double[] rows(double[] values, int start, int count) {
    int features = values.length / Arrays.stream(LENGTHS).sum();
    return Arrays.copyOfRange(values, start * features, (start + count) * features);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 4, true, FLOAT64",
    "4, 4, false, FLOAT64",
    "6, 2, true, FLOAT64",
    "6, 2, false, FLOAT64",
    "6, 2, true, FLOAT32",
    "6, 2, false, FLOAT32",
    "6, 2, true, BFLOAT16",
    "4, 1, false, BFLOAT16"
  })
  void togetherIsOneByOne(int heads, int keyValueHeads, boolean causal, DType type) {
    checkTogether(AttentionRule.of(causal, 8), heads, keyValueHeads, type);
  }

  @ParameterizedTest
  @CsvSource({
    "true, 1, FLOAT64",
    "false, 1, FLOAT64",
    "true, 3, FLOAT64",
    "false, 3, FLOAT64",
    "false, 5, FLOAT32",
    "true, 5, BFLOAT16",
    "false, 4, BFLOAT16"
  })
  void togetherWithinAWindow(boolean causal, int window, DType type) {
    checkTogether(AttentionRule.of(causal, 8).withWindow(window), 6, 2, type);
    checkTogether(new AttentionRule(causal, window, 0.5, 2), 4, 4, type);
  }

  private void checkTogether(AttentionRule rule, int heads, int keyValueHeads, DType type) {
    int d = 8;
    int tokens = Arrays.stream(LENGTHS).sum();
    Attention op = new Attention("attention", heads, keyValueHeads, d, rule, false);
    assertThat(
            new SequenceGrouping(heads, 1 << 20, true)
                .of(Layout.ofLengths(LENGTHS), Layout.ofLengths(LENGTHS)))
        .singleElement()
        .matches(batch -> batch.queries().isRagged() && batch.queries().equals(batch.keys()));
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(3)) {
      List<Tensor> inputs =
          List.of(
              torch.normal(generator, type, 0, 1, tokens, (long) heads * d),
              torch.normal(generator, type, 0, 1, tokens, (long) keyValueHeads * d),
              torch.normal(generator, type, 0, 1, tokens, (long) keyValueHeads * d));
      Tensor upstream = torch.normal(generator, type, 0, 1, tokens, (long) heads * d);
      OpHarness.Result together = run(op, type, inputs, upstream, LENGTHS);
      int start = 0;
      for (int length : LENGTHS) {
        int from = start;
        OpHarness.Result alone =
            run(
                op,
                type,
                inputs.stream().map(x -> x.narrow(0, from, length)).toList(),
                upstream.narrow(0, from, length),
                length);
        tolerance(type)
            .check("output at " + from, rows(together.output(), from, length), alone.output());
        for (int g = 0; g < 3; g++) {
          // Of one token, softmax has no gradient: what is left is rounding.
          tolerance(type)
              .withFloor(1)
              .check(
                  "gradient " + g + " at " + from,
                  rows(together.gradients().get(g).orElseThrow(), from, length),
                  alone.gradients().get(g).orElseThrow());
        }
        start += length;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true, FLOAT64", "false, FLOAT64", "true, FLOAT32", "false, FLOAT32"})
  void whatIsNotFiniteStaysInItsSequence(boolean causal, DType type) {
    int[] lengths = {3, 5, 4};
    Attention op = new Attention("attention", 2, 1, 4, causal);
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(3)) {
      List<Tensor> inputs =
          List.of(
              torch.normal(generator, type, 0, 1, 12, 8),
              torch.normal(generator, type, 0, 1, 12, 4),
              torch.normal(generator, type, 0, 1, 12, 4));
      Tensor upstream = torch.normal(generator, type, 0, 1, 12, 8);
      inputs.forEach(x -> x.narrow(0, 3, 5).fill(Double.NaN));
      OpHarness.Result result = run(op, type, inputs, upstream, lengths);
      assertSecondAloneIsNotFinite(result.output());
      result.gradients().forEach(g -> assertSecondAloneIsNotFinite(g.orElseThrow()));
    }
  }

  private static void assertSecondAloneIsNotFinite(double[] values) {
    int features = values.length / 12;
    for (int i = 0; i < values.length; i++) {
      int token = i / features;
      assertThat(Double.isNaN(values[i])).as("token " + token).isEqualTo(token >= 3 && token < 8);
    }
  }
}
