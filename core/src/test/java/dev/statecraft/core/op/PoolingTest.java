package dev.statecraft.core.op;

import dev.statecraft.core.graph.Shape;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolingTest extends OpTest {
  @ParameterizedTest
  @ValueSource(strings = {"1", "4", "2,3,1,1", "3,3"})
  void firstToken(String sequences) {
    int[] lengths = lengths(sequences);
    of(new FirstToken(), lengths)
        .input(Shape.tokens(5))
        .verify(
            (x, w) -> {
              List<Tensor> rows = new ArrayList<>();
              int start = 0;
              for (int length : lengths) {
                rows.add(x.get(0).narrow(0, start, 1));
                start += length;
              }
              return Tensor.cat(0, rows.toArray(Tensor[]::new));
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "4", "2,3,1,1", "3,3"})
  void meanTokens(String sequences) {
    int[] lengths = lengths(sequences);
    of(new MeanTokens(), lengths)
        .input(Shape.tokens(5))
        .verify(
            (x, w) -> {
              List<Tensor> rows = new ArrayList<>();
              int start = 0;
              for (int length : lengths) {
                rows.add(x.get(0).narrow(0, start, length).meanKeep(0));
                start += length;
              }
              return Tensor.cat(0, rows.toArray(Tensor[]::new));
            });
  }

  private static int[] lengths(String sequences) {
    return Arrays.stream(sequences.split(",", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
