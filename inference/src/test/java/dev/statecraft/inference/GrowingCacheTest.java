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

  /** The last three rows and no others, in two windows of memory however long the text. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void holdsTheWindowAndNoMore(int firstRows) {
    int kept = 3;
    try (Scope outer = torch.scope();
        Generator generator = torch.generator(1);
        GrowingCache cache = new GrowingCache(firstRows)) {
      Tensor rows = torch.normal(generator, DType.FLOAT32, 0, 1, 60, 4);
      long most = 4L * (kept + 1) * rows.narrow(0, 0, 1).copy().bytes();
      int seen = 0;
      for (int count : new int[] {2, 1, 1, 1, 1, 1, 1, 1, 20, 1, 1, 5, 1, 1, 4, 4, 1, 1}) {
        try (Scope step = torch.scope()) {
          Tensor next = rows.narrow(0, seen, count);
          cache.append("a", next, next.mul(2));
          // The pass that appends rows sees all of them, and the window of the first.
          int before = Math.min(seen, kept);
          seen += count;
          Tensor all = rows.narrow(0, seen - count - before, count + before);
          TensorAssert.assertThat(cache.keys("a")).isCloseTo(all);
          TensorAssert.assertThat(cache.values("a")).isCloseTo(all.mul(2));
          cache.keepLast("a", kept);
          int held = Math.min(seen, kept);
          TensorAssert.assertThat(cache.keys("a")).isCloseTo(rows.narrow(0, seen - held, held));
          assertThat(cache.bytes()).isLessThanOrEqualTo(most);
        }
      }
    }
  }

  @Test
  void goesBackAsFarAsRowsAreThere() {
    int kept = 3;
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(1);
        GrowingCache cache = new GrowingCache(1)) {
      Tensor rows = torch.normal(generator, DType.FLOAT32, 0, 1, 60, 4);
      for (int i = 0; i < 20; i++) {
        cache.append("a", rows.narrow(0, i, 1), rows.narrow(0, i, 1));
        cache.keepLast("a", kept);
      }
      assertThat(cache.truncate(19)).isEqualTo(19);
      TensorAssert.assertThat(cache.keys("a")).isCloseTo(rows.narrow(0, 16, 3));
      cache.append("a", rows.narrow(0, 40, 1), rows.narrow(0, 40, 1));
      cache.keepLast("a", kept);
      TensorAssert.assertThat(cache.keys("a"))
          .isCloseTo(Tensor.cat(0, rows.narrow(0, 17, 2), rows.narrow(0, 40, 1)));
      assertThat(cache.truncate(25)).as("more than there are").isZero();
      TensorAssert.assertThat(cache.keys("a")).hasShape(0, 4);
      for (int i = 0; i < 20; i++) {
        cache.append("a", rows.narrow(0, i, 1), rows.narrow(0, i, 1));
        cache.keepLast("a", kept);
      }
      assertThat(cache.truncate(9)).as("rows that are gone").isZero();
      cache.append("a", rows.narrow(0, 0, 2), rows.narrow(0, 0, 2));
      TensorAssert.assertThat(cache.keys("a")).isCloseTo(rows.narrow(0, 0, 2));
      assertThat(cache.truncate(1)).isEqualTo(1);
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
