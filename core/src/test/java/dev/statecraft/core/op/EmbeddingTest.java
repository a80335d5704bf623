package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingTest extends OpTest {
  @Test
  void rowsOfTheTable() {
    of(new Embedding(), 3, 2)
        .index(Shape.of(Axis.TOKENS), 4, 0, 4, 1, 4)
        .parameter(6, 3)
        .verify((x, w) -> w.get(0).indexSelect(0, x.get(0)));
  }

  @Test
  void oneToken() {
    of(new Embedding(), 1)
        .index(Shape.of(Axis.TOKENS), 2)
        .parameter(3, 1)
        .verify((x, w) -> w.get(0).indexSelect(0, x.get(0)));
  }

  @Test
  void readsIdsOnlyIfTheTableIsTrained() {
    Op op = new Embedding();
    assertThat(op.reads(new Demand(List.of(false), List.of(false)))).isEqualTo(Reads.NOTHING);
    assertThat(op.reads(new Demand(List.of(false), List.of(true)))).isEqualTo(Reads.inputs(0));
  }
}
