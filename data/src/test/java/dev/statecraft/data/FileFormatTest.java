package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileFormatTest {
  @Test
  void theEndingDecidesInAnyCase() {
    assertThat(FileFormat.of(Path.of("a/train.json"))).isEqualTo(FileFormat.JSON);
    assertThat(FileFormat.of(Path.of("train.JSONL"))).isEqualTo(FileFormat.JSONL);
    assertThat(FileFormat.of(Path.of("train.ndjson"))).isEqualTo(FileFormat.JSONL);
    assertThat(FileFormat.of(Path.of("train.en.csv"))).isEqualTo(FileFormat.CSV);
    assertThat(FileFormat.of(Path.of("dev.Tsv"))).isEqualTo(FileFormat.TSV);
  }

  @Test
  void anUnknownEndingIsAnError() {
    assertThatThrownBy(() -> FileFormat.of(Path.of("train.txt")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("train.txt", ".jsonl");
    assertThatThrownBy(() -> FileFormat.of(Path.of("csv.d", "train")))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aColumnNameGivenTwiceIsAnError() {
    DataFormat format = DataFormat.byEnding();
    assertThatThrownBy(() -> format.withoutHeader(List.of("a", "b", "a")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'a' is given twice");
  }
}
