package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearTest extends OpTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 4, 2", "7, 5, 9"})
  void withoutBias(int tokens, int in, int out) {
    of(new Linear(false), tokens)
        .input(Shape.tokens(in))
        .parameter(out, in)
        .verify((x, w) -> x.get(0).matmul(w.get(0).t()));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 4, 2", "7, 5, 9"})
  void withBias(int tokens, int in, int out) {
    of(new Linear(true), tokens)
        .input(Shape.tokens(in))
        .parameter(out, in)
        .parameter(out)
        .verify((x, w) -> x.get(0).matmul(w.get(0).t()).add(w.get(1)));
  }

  @Test
  void rowsOfSequencesStaySequences() {
    of(new Linear(false), 2, 3)
        .input(Shape.sequences(4))
        .parameter(3, 4)
        .verify((x, w) -> x.get(0).matmul(w.get(0).t()));
  }

  @Test
  void readsNothingWhileItsWeightIsFrozen() {
    Op op = new Linear(true);
    assertThat(op.reads(new Demand(List.of(true), List.of(false, true)))).isEqualTo(Reads.NOTHING);
    assertThat(op.reads(new Demand(List.of(true), List.of(true, false))))
        .isEqualTo(Reads.inputs(0));
  }
}
