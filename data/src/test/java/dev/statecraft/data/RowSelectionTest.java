package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowSelectionTest {
  private static RowSelection selection(int[] classes, double split, long seed) {
    return RowSelection.of(
        List.of(new RowSelection.FileRows(classes.length, 1)),
        Optional.of(classes),
        OptionalDouble.of(split),
        OptionalInt.empty(),
        seed);
  }

  @Test
  void everyClassIsLearned() {
    int[] classes = new int[40];
    // Two rare classes, one of a single row, one of two.
    classes[7] = 1;
    classes[8] = 2;
    classes[31] = 2;
    for (int seed = 0; seed < 200; seed++) {
      RowSelection chosen = selection(classes, 0.4, seed);
      int[] learned = IntStream.range(0, 40).filter(row -> !chosen.isHeldOut(row)).toArray();
      assertThat(Arrays.stream(learned).map(row -> classes[row]).distinct()).hasSize(3);
      assertThat(learned).hasSize(24);
    }
  }

  @Test
  void theDrawIsThatWithoutClassesWhereItLosesNone() {
    int[] classes = IntStream.range(0, 40).map(row -> row % 2).toArray();
    RowSelection plain =
        RowSelection.of(
            List.of(new RowSelection.FileRows(40, 1)),
            OptionalDouble.of(0.25),
            OptionalInt.empty(),
            3);
    RowSelection chosen = selection(classes, 0.25, 3);
    for (int row = 0; row < 40; row++) {
      assertThat(chosen.isHeldOut(row)).isEqualTo(plain.isHeldOut(row));
    }
  }

  @Test
  void classesOfOneEachCannotBeDivided() {
    assertThatThrownBy(() -> selection(IntStream.range(0, 9).toArray(), 0.3, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "holding out a part of 9 examples leaves a part empty, as no label has more than one"
                + " example");
  }
}
