package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementSumTest extends OpTest {
  /** Also of an element that is summed up twice, and of two in one row. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.25})
  void sumsWhatIsChosen(double scale) {
    of(new ElementSum(), 3, 2)
        .labels(4)
        .lossScale(scale)
        .input(Shape.tokens(5))
        .index(Shape.of(Axis.LABELS), 0, 3, 3, 4)
        .index(Shape.of(Axis.LABELS), 2, 1, 1, 0)
        .verify(
            (x, w) -> {
              Tensor chosen = x.get(0).indexSelect(0, x.get(1));
              return chosen.gather(1, x.get(2).unsqueeze(1)).sum(0).mul(scale);
            });
  }
}
