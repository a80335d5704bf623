package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.StackedRows.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors cut and joined along their rows, byte by byte. */
class StackedRowsTest {
  @TempDir Path folder;
  private CheckpointSource source;

  /** {@code a} is {@code [3, 2]} of 0 to 5, {@code b} {@code [1, 2]} of 6 and 7. */
  @BeforeEach
  void write() throws IOException {
    Path file = folder.resolve("x.safetensors");
    new SafetensorsWriter()
        .add(
            TensorEntry.of("a", ElementType.F32, 3, 2),
            () -> RawSafetensors.floats(0, 1, 2, 3, 4, 5))
        .add(TensorEntry.of("b", ElementType.F32, 1, 2), () -> RawSafetensors.floats(6, 7))
        .add(TensorEntry.of("i", ElementType.I32, 1, 2), () -> RawSafetensors.floats(8, 9))
        .add(TensorEntry.of("s", ElementType.F32), () -> RawSafetensors.floats(10))
        .writeTo(file);
    source = SafetensorsFile.open(file);
  }

  private StackedRows stacked(Map<String, List<Rows>> stacks) {
    return new StackedRows(source, stacks);
  }

  @Test
  void cutsOneIntoSeveral() {
    try (StackedRows cut =
        stacked(Map.of("q", List.of(new Rows("a", 0, 1)), "k", List.of(new Rows("a", 1, 2))))) {
      assertThat(cut.names()).containsExactly("b", "i", "k", "q", "s");
      assertThat(cut.entry("k")).isEqualTo(TensorEntry.of("k", ElementType.F32, 2, 2));
      assertThat(RawSafetensors.toFloats(cut.read("q"))).containsExactly(0, 1);
      assertThat(RawSafetensors.toFloats(cut.read("k"))).containsExactly(2, 3, 4, 5);
      assertThat(RawSafetensors.toFloats(cut.read("k", 4, 8))).containsExactly(3, 4);
      assertThat(RawSafetensors.toFloats(cut.read("b"))).containsExactly(6, 7);
      assertThat(cut.packed("k")).isEqualTo(Optional.empty());
      assertThatThrownBy(() -> cut.read("a"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("expected a tensor 'a', found none of that name");
      assertThatThrownBy(() -> cut.entry("a")).isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(() -> cut.read("k", 12, 8)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> cut.read("k", 2, 4)).isInstanceOf(IllegalArgumentException.class);
      assertThat(cut.files())
          .isEqualTo(
              Map.of(
                  CheckpointFolder.SINGLE_FILE, new TreeSet<>(List.of("b", "i", "k", "q", "s"))));
    }
  }

  @Test
  void joinsSeveralToOne() {
    try (StackedRows joined =
        stacked(Map.of("ba", List.of(new Rows("b", 0, 1), new Rows("a", 0, 3))))) {
      assertThat(joined.names()).containsExactly("ba", "i", "s");
      assertThat(joined.entry("ba").shape()).containsExactly(4, 2);
      assertThat(RawSafetensors.toFloats(joined.read("ba")))
          .containsExactly(6, 7, 0, 1, 2, 3, 4, 5);
      assertThat(joined.read("ba").isReadOnly()).isTrue();
      // Across the seam, and on either side of it.
      assertThat(RawSafetensors.toFloats(joined.read("ba", 4, 12))).containsExactly(7, 0, 1);
      assertThat(RawSafetensors.toFloats(joined.read("ba", 0, 8))).containsExactly(6, 7);
      assertThat(RawSafetensors.toFloats(joined.read("ba", 8, 8))).containsExactly(0, 1);
      assertThat(joined.read("ba", 8, 0).remaining()).isZero();
      assertThat(joined.metadata()).isEqualTo(source.metadata());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a, 2, 2", // Beyond the last row.
    "a, -1, 2",
    "a, 0, 0",
    "i, 0, 1", // Of another type.
    "s, 0, 1", // Without rows.
    "a, 1, 9223372036854775807"
  })
  void refusesWhatDoesNotFit(String tensor, long first, long count) {
    assertThatThrownBy(
            () ->
                stacked(Map.of("x", List.of(new Rows("b", 0, 1), new Rows(tensor, first, count)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tensor 'x': expected")
        .hasMessageContaining("found " + tensor);
    source.close();
  }
}
