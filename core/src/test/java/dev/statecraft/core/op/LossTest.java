package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.TensorAssert;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossTest extends OpTest {
  /** Cross entropy of rows by log-sum-exp and a one-hot product. */
  private static Tensor crossEntropy(Tensor logits, Tensor labels, double scale) {
    Tensor chosen = logits.gather(1, labels.unsqueeze(1));
    return logits.logsumexpKeep(1).sub(chosen).sum(0).mul(scale);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 100})
  void causalLmLossInChunks(int chunk) {
    of(new CausalLmLoss(chunk), 4, 3)
        .labels(4)
        .lossScale(0.37)
        .parametersInForward()
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 0, 1, 4, 6)
        .index(Shape.of(Axis.LABELS), 6, 0, 2, 6)
        .parameter(7, 3)
        .verify(
            (x, w) -> {
              Tensor rows = x.get(0).indexSelect(0, x.get(1));
              return crossEntropy(rows.matmul(w.get(0).t()), x.get(2), 0.37);
            });
  }

  @Test
  void theOutputsOfACausalLanguageModel() {
    of(new CausalLmLoss(2).outputs().orElseThrow(), 4, 3)
        .labels(4)
        .lossScale(0.37)
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 0, 1, 4, 6)
        .index(Shape.of(Axis.LABELS), 6, 0, 2, 6)
        .frozen(7, 3)
        .verify(
            (x, w) ->
                x.get(0)
                    .indexSelect(0, x.get(1))
                    .matmul(w.get(0).t())
                    .gather(1, x.get(2).unsqueeze(1))
                    .sum(0)
                    .mul(0.37));
  }

  private static Tensor ruled(Tensor products, ScoreRule rule) {
    Tensor scores = products.mul(1 / rule.divisor());
    return rule.cap() > 0 ? scores.mul(1 / rule.cap()).tanh().mul(rule.cap()) : scores;
  }

  @ParameterizedTest
  @CsvSource({"8, 0, 2", "1, 1.5, 2", "1, 30, 100", "0.5, 2, 3"})
  void scoresByARule(double divisor, double cap, int chunk) {
    ScoreRule rule = new ScoreRule(divisor, cap);
    of(new CausalLmLoss(chunk, rule), 4, 3)
        .labels(4)
        .lossScale(0.37)
        .parametersInForward()
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 0, 1, 4, 6)
        .index(Shape.of(Axis.LABELS), 6, 0, 2, 6)
        .parameter(7, 3)
        .verify(
            (x, w) -> {
              Tensor rows = x.get(0).indexSelect(0, x.get(1));
              return crossEntropy(ruled(rows.matmul(w.get(0).t()), rule), x.get(2), 0.37);
            });
    of(new CausalLmLoss(chunk, rule).outputs().orElseThrow(), 4, 3)
        .labels(4)
        .lossScale(0.37)
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 0, 1, 4, 6)
        .index(Shape.of(Axis.LABELS), 6, 0, 2, 6)
        .frozen(7, 3)
        .verify(
            (x, w) ->
                ruled(x.get(0).indexSelect(0, x.get(1)).matmul(w.get(0).t()), rule)
                    .gather(1, x.get(2).unsqueeze(1))
                    .sum(0)
                    .mul(0.37));
    of(new RuledScores(rule), 2, 1).input(Shape.tokens(5)).verify((x, w) -> ruled(x.get(0), rule));
  }

  /** Rows of tokens' own are products too, before the rule. */
  @Test
  void scoresByARuleOfTokensWithRowsOfTheirOwn() {
    ScoreRule rule = new ScoreRule(2, 1.5);
    of(new CausalLmLoss(2, rule).withTokens(List.of(4, 1)), 4, 3)
        .labels(3)
        .parametersInForward()
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 0, 2, 5)
        .index(Shape.of(Axis.LABELS), 4, 0, 1)
        .parameter(5, 3)
        .parameter(2, 3)
        .verify(
            (x, w) -> {
              Tensor rows = x.get(0).indexSelect(0, x.get(1));
              Tensor table =
                  Tensor.cat(
                      0,
                      w.get(0).narrow(0, 0, 1),
                      w.get(1).narrow(0, 1, 1),
                      w.get(0).narrow(0, 2, 2),
                      w.get(1).narrow(0, 0, 1));
              return crossEntropy(ruled(rows.matmul(table.t()), rule), x.get(2), 1);
            });
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "4, 3"})
  void theOutputsOfAClassifier(int sequences, int classes) {
    int[] lengths = new int[sequences];
    Arrays.fill(lengths, 2);
    double[] labels = new double[sequences];
    Arrays.setAll(labels, i -> (i * 2 + 1) % classes);
    of(new CrossEntropyLoss().outputs().orElseThrow(), lengths)
        .lossScale(0.25)
        .input(Shape.sequences(classes))
        .index(Shape.of(Axis.SEQUENCES), labels)
        .verify((x, w) -> x.get(0).gather(1, x.get(1).unsqueeze(1)).sum(0).mul(0.25));
  }

  @Test
  void theOutputOfARegression() {
    of(new MeanSquaredErrorLoss().outputs().orElseThrow(), 2, 2, 2)
        .lossScale(0.2)
        .input(Shape.sequences(1))
        .constant(Precision.MASTER, Shape.of(Axis.SEQUENCES))
        .verify((x, w) -> x.get(0).sum(0).mul(0.2));
  }

  @Test
  void tokensWithRowsOfTheirOwnHaveNoOutputsToAskFor() {
    assertThat(new CausalLmLoss(2).withTokens(List.of(3)).outputs()).isEmpty();
  }

  @Test
  void aBatchWithoutLabelsLosesNothing() {
    try (Scope scope = torch.scope()) {
      OpHarness.Result result =
          new OpHarness(torch, new CausalLmLoss(2), Layout.ofLengths(2), DType.BFLOAT16, 1)
              .forwardBackward(
                  List.of(
                      torch.full(DType.BFLOAT16, 1, 2, 3),
                      torch.of(new long[0], 0),
                      torch.of(new long[0], 0)),
                  List.of(torch.full(DType.BFLOAT16, 1, 4, 3)),
                  torch.full(DType.FLOAT32, 1, 1),
                  new Demand(List.of(true, false, false), List.of(false)),
                  OpHarness.Variant.PLAIN);
      assertThat(result.output()).containsExactly(0);
      assertThat(result.gradients().get(0).orElseThrow()).containsOnly(0);
    }
  }

  /** 300 rows of 5,000 classes are more than one block of the softmax. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT64", "FLOAT32", "BFLOAT16"})
  void blocksOfRowsAreJoined(DType type) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(4)) {
      Tensor logits = torch.normal(generator, type, 0, 3, 300, 5000);
      long[] ids = new long[300];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = (i * 4001L) % 5000;
      }
      Tensor labels = torch.of(ids, 300);
      Tensor wide = logits.copyTo(DType.FLOAT64);
      Tensor expected = crossEntropy(wide, labels, 0.5);
      Tensor gradient =
          softmax(wide)
              .scatterAddInPlace(1, labels.unsqueeze(1), torch.full(DType.FLOAT64, -1, 300, 1))
              .mulInPlace(0.5);
      Tensor total = torch.full(type.master(), 2, 1);
      Kernels.crossEntropyInPlace(logits, labels, 0.5, true, total);
      double loss = type == DType.FLOAT64 ? 1e-12 : 1e-6;
      TensorAssert.assertThat(total)
          .hasValues(new double[] {expected.item() + 2}, Closeness.relative(loss));
      TensorAssert.assertThat(logits).isCloseTo(gradient);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 4", "3, 5"})
  void crossEntropyLoss(int sequences, int classes) {
    int[] lengths = new int[sequences];
    Arrays.setAll(lengths, i -> i + 1);
    double[] labels = new double[sequences];
    Arrays.setAll(labels, i -> (i * 2 + 1) % classes);
    of(new CrossEntropyLoss(), lengths)
        .lossScale(0.25)
        .input(Shape.sequences(classes))
        .index(Shape.of(Axis.SEQUENCES), labels)
        .verify((x, w) -> crossEntropy(x.get(0), x.get(1), 0.25));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void meanSquaredErrorLoss(int sequences) {
    int[] lengths = new int[sequences];
    Arrays.fill(lengths, 2);
    of(new MeanSquaredErrorLoss(), lengths)
        .lossScale(0.2)
        .input(Shape.sequences(1))
        .constant(Precision.MASTER, Shape.of(Axis.SEQUENCES))
        .verify((x, w) -> x.get(0).sub(x.get(1).unsqueeze(1)).square().sum(0).mul(0.2));
  }

  @Test
  void evaluationComputesTheSameLossAndPreparesNothing() {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(6)) {
      Tensor logits = torch.normal(generator, DType.FLOAT32, 0, 1, 4, 3);
      Tensor labels = torch.of(new long[] {0, 2, 1, 1}, 4);
      OpHarness harness =
          new OpHarness(
              torch, new CrossEntropyLoss(), Layout.ofLengths(1, 1, 1, 1), DType.FLOAT32, 1);
      double[] evaluated = harness.forward(List.of(logits, labels), List.of()).output();
      double expected = crossEntropy(logits.copyTo(DType.FLOAT64), labels, 1).item();
      Closeness.of(DType.FLOAT32).check("loss", evaluated, new double[] {expected});
    }
  }

  @Test
  void lossesAreNeverRecomputed() {
    for (Op op : List.of(new CausalLmLoss(8), new CrossEntropyLoss(), new MeanSquaredErrorLoss())) {
      assertThat(op.cost()).isEqualTo(Cost.ONCE);
      assertThat(op.precision()).isEqualTo(Precision.MASTER);
    }
  }
}
