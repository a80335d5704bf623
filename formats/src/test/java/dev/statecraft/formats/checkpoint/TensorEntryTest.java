package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorEntryTest {

  @Test
  void sizeFollowsFromShape() {
    TensorEntry entry = TensorEntry.of("w", ElementType.BF16, 3, 5);
    assertThat(entry.bytes()).isEqualTo(30);
    assertThat(entry.elements()).isEqualTo(15);
    assertThat(TensorEntry.of("s", ElementType.F64).bytes()).isEqualTo(8);
    assertThat(TensorEntry.of("s", ElementType.F64).elements()).isEqualTo(1);
    assertThat(TensorEntry.of("e", ElementType.F64, 4, 0).bytes()).isZero();
  }

  @Test
  void shapeCannotBeChangedFromOutside() {
    long[] shape = {2, 3};
    TensorEntry entry = TensorEntry.of("w", ElementType.F32, shape);
    shape[0] = 9;
    entry.shape()[1] = 9;
    assertThat(entry.shape()).containsExactly(2, 3);
  }

  @Test
  void comparesByContent() {
    TensorEntry entry = TensorEntry.of("w", ElementType.F32, 2, 3);
    assertThat(entry)
        .isEqualTo(TensorEntry.of("w", ElementType.F32, 2, 3))
        .hasSameHashCodeAs(TensorEntry.of("w", ElementType.F32, 2, 3))
        .isNotEqualTo(TensorEntry.of("w", ElementType.F32, 3, 2))
        .isNotEqualTo(TensorEntry.of("w", ElementType.I32, 2, 3))
        .isNotEqualTo(TensorEntry.of("v", ElementType.F32, 2, 3))
        .hasToString("w F32[2, 3]");
  }

  @Test
  void refusesImpossibleShapes() {
    assertThatThrownBy(() -> TensorEntry.of("w", ElementType.F32, 2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("negative dimension in shape [2, -1]");
    assertThatThrownBy(() -> TensorEntry.of("w", ElementType.F32, Long.MAX_VALUE / 2, 3))
        .hasMessageContaining("overflows");
    assertThatThrownBy(() -> TensorEntry.of("w", ElementType.F64, Long.MAX_VALUE / 4))
        .hasMessageContaining("overflows");
    assertThatThrownBy(() -> TensorEntry.of("w", ElementType.F64, 1L << 40, 1L << 40, 0))
        .hasMessageContaining("overflows");
    assertThatThrownBy(() -> new TensorEntry("w", ElementType.F32, new long[] {2}, 9))
        .hasMessageContaining("takes 8 bytes, not 9");
  }
}
