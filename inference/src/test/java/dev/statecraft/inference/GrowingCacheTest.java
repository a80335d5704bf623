package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.TensorAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowingCacheTest {
  private final Torch torch = Torch.cpu();

  @AfterEach
  void nothingLives() {
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.liveBytes()).isZero();
    torch.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 100})
  void holdsTheRowsInOrderHoweverItGrows(int firstRows) {
    try (Scope outer = torch.scope();
        Generator generator = torch.generator(1);
        GrowingCache cache = new GrowingCache(firstRows)) {
      Tensor keys = torch.normal(generator, DType.FLOAT32, 0, 1, 20, 6);
      Tensor values = torch.normal(generator, DType.FLOAT32, 0, 1, 20, 4);
      int seen = 0;
      for (int rows : new int[] {4, 1, 1, 7, 1, 6}) {
        try (Scope step = torch.scope()) {
          for (String edge : new String[] {"a", "b"}) {
            Tensor sign = torch.full(DType.FLOAT32, edge.equals("a") ? 1 : -1, 1);
            cache.append(
                edge, keys.narrow(0, seen, rows).mul(sign), values.narrow(0, seen, rows).mul(sign));
          }
        }
        seen += rows;
        try (Scope step = torch.scope()) {
          Tensor seenKeys = keys.narrow(0, 0, seen);
          TensorAssert.assertThat(cache.keys("a")).isCloseTo(seenKeys);
          TensorAssert.assertThat(cache.values("a")).isCloseTo(values.narrow(0, 0, seen));
          TensorAssert.assertThat(cache.keys("b")).isCloseTo(seenKeys.mul(-1));
          TensorAssert.assertThat(cache.values("b")).isCloseTo(values.narrow(0, 0, seen).mul(-1));
        }
      }
    }
  }

  @Test
  void growsByDoublingAndGivesViews() {
    try (Scope scope = torch.scope();
        GrowingCache cache = new GrowingCache(2)) {
      Tensor row = torch.full(DType.FLOAT64, 1, 1, 3);
      long rowBytes = 2 * row.bytes();
      long[] capacities = {2, 2, 4, 4, 8};
      for (long capacity : capacities) {
        cache.append("a", row, row);
        assertThat(cache.bytes()).isEqualTo(capacity * rowBytes);
      }
      Tensor view = cache.keys("a");
      assertThat(view.sharesStorageWith(cache.keys("a"))).isTrue();
      assertThat(view.isContiguous()).isTrue();
      cache.append("a", row, row);
      TensorAssert.assertThat(view).hasShape(5, 3);
      TensorAssert.assertThat(cache.keys("a")).hasShape(6, 3);
    }
  }

  @Test
  void copiesWhatItIsGiven() {
    try (Scope scope = torch.scope();
        GrowingCache cache = new GrowingCache(1)) {
      Tensor row = torch.full(DType.FLOAT64, 5, 1, 2);
      cache.append("a", row, row);
      row.fill(7);
      TensorAssert.assertThat(cache.keys("a")).hasValues(5, 5);
    }
  }

  @Test
  void namesAnEdgeThatItDoesNotKnow() {
    try (GrowingCache cache = new GrowingCache(1)) {
      assertThatThrownBy(() -> cache.keys("layers.0.attention"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("layers.0.attention");
    }
    assertThatThrownBy(() -> new GrowingCache(0)).hasMessageContaining("1 or more, found 0");
  }
}
