package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Demand;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens with rows of their own, where they are read and where they are scored. */
class TokenRowsTest extends OpTest {
  private static final List<Integer> TOKENS = List.of(4, 1);

  private Tensor index(long... values) {
    return torch.of(values, values.length);
  }

  @Test
  void embeddings() {
    of(new TokenRows(TOKENS), 3, 2)
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.TOKENS), 4, 0, 4, 1, 2)
        .parameter(2, 3)
        // Rows of x, then those of the tokens.
        .verify((x, w) -> Tensor.cat(0, x.get(0), w.get(0)).indexSelect(0, index(5, 1, 5, 6, 4)));
  }

  @Test
  void scores() {
    of(new TokenScores(TOKENS), 3, 1)
        .input(Shape.tokens(6))
        .input(Shape.tokens(3))
        .parameter(2, 3)
        .verify((x, w) -> replaced(x.get(0), x.get(1).matmul(w.get(0).t())));
  }

  /** Columns 4 and 1 of six are the two of {@code own}. */
  private Tensor replaced(Tensor scores, Tensor own) {
    return Tensor.cat(1, scores, own).indexSelect(1, index(0, 7, 2, 3, 6, 5));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void losses(int chunk) {
    of(new CausalLmLoss(chunk).withTokens(TOKENS), 4, 3)
        .labels(4)
        .lossScale(0.37)
        .parametersInForward()
        .input(Shape.tokens(3))
        .index(Shape.of(Axis.LABELS), 0, 1, 4, 6)
        .index(Shape.of(Axis.LABELS), 4, 0, 1, 5)
        .parameter(6, 3)
        .parameter(2, 3)
        .verify(
            (x, w) -> {
              Tensor rows = x.get(0).indexSelect(0, x.get(1));
              Tensor own = rows.matmul(w.get(1).t());
              Tensor logits = replaced(rows.matmul(w.get(0).t()), own);
              Tensor chosen = logits.gather(1, x.get(2).unsqueeze(1));
              return logits.logsumexpKeep(1).sub(chosen).sum(0).mul(0.37);
            });
  }

  /**
   * What a row is in a narrow type is told to the bit, as by a table with that row, whatever the
   * frozen row is.
   */
  @Test
  void rowsAreTakenAsTheyAre() {
    try (Scope scope = torch.scope()) {
      double[] frozen = {Double.NaN, Double.POSITIVE_INFINITY, 3, 3};
      Tensor x = torch.of(DType.BFLOAT16, frozen, 2, 2);
      Tensor own = torch.of(DType.BFLOAT16, new double[] {0.1, -7}, 1, 2);
      OpHarness.Result result =
          new OpHarness(torch, new TokenRows(List.of(9)), Layout.ofLengths(2), DType.BFLOAT16, 1)
              .forwardBackward(
                  List.of(x, torch.of(new long[] {9, 8}, 2)),
                  List.of(own),
                  torch.full(DType.BFLOAT16, 1, 2, 2),
                  new Demand(List.of(false, false), List.of(true)),
                  OpHarness.Variant.PLAIN);
      double[] row = own.toDoubles();
      assertThat(result.output()).containsExactly(row[0], row[1], 3, 3);
    }
  }

  @Test
  void readsIdsAndHiddenStatesOnlyIfTheyAreNeeded() {
    Op rows = new TokenRows(TOKENS);
    assertThat(rows.reads(new Demand(List.of(false, false), List.of(true))))
        .isEqualTo(Reads.inputs(1));
    assertThat(rows.differentiableBy(0)).isTrue();
    assertThat(rows.differentiableBy(1)).isFalse();
    Op scores = new TokenScores(TOKENS);
    assertThat(scores.reads(new Demand(List.of(true, true), List.of(false))))
        .isEqualTo(Reads.NOTHING);
    assertThat(scores.reads(new Demand(List.of(true, true), List.of(true))))
        .isEqualTo(Reads.inputs(1));
  }
}
