package dev.statecraft.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
  private static void fits(Table table, int columns) {
    assertThat(table.render(columns).lines())
        .allSatisfy(line -> assertThat(CellText.width(line)).as(line).isLessThanOrEqualTo(columns));
  }

  @Test
  void aHeaderTakesTwoLinesBeforeAnythingIsCut() {
    Table table =
        new Table(List.of("method", "trainable parameters"))
            .row(List.of("double-control", "1,234,567"));
    assertThat(table.render(26))
        .isEqualTo(
            """
            method           trainable
                            parameters
            --------------  ----------
            double-control   1,234,567
            """);
  }

  @Test
  void listsGoOnBelow() {
    Table table =
        new Table(List.of("settings", "loss"))
            .row(List.of("lora, rank 8, learning rate 0.001", "0.1000 ± 0.0200"));
    assertThat(table.render(40))
        .isEqualTo(
            """
            settings                            loss
            -----------------------  ---------------
            lora, rank 8,            0.1000 ± 0.0200
            learning rate 0.001
            """);
  }

  @Test
  void longNamesLoseTheirMiddle() {
    Table table =
        new Table(List.of("state", "value"))
            .row(List.of("encoder.layer.0.attention.self.query.weight", "1"));
    assertThat(table.render(40)).contains("encoder.layer.0.…elf.query.weight").contains("      1");
    fits(table, 40);
  }

  @Test
  void columnsWithoutRoomFollowBelow() {
    List<String> header = new ArrayList<>(List.of("method"));
    List<String> row = new ArrayList<>(List.of("control+lora"));
    for (int i = 0; i < 12; i++) {
      header.add("category " + i);
      row.add(i + ",345.6 MiB");
    }
    String text = new Table(header).row(row).render(80);
    fits(new Table(header).row(row), 80);
    for (int i = 0; i < 12; i++) {
      assertThat(text).contains(i + ",345.6 MiB");
    }
    assertThat(text.lines().filter(line -> line.startsWith("control+lora")).count()).isEqualTo(3);
  }

  @Test
  void whatATerminalWouldObeyIsNotPrinted() {
    String text =
        new Table(List.of("label", "n")).row(List.of("a\nb\tc\u001b[31m\u2028d", "1")).render();
    assertThat(text.lines()).hasSize(3);
    assertThat(text).contains("a b c [31m d").doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 60, 80, 132})
  void wideCharactersTakeTwoColumns(int columns) {
    Table table = new Table(List.of("标签", "n", "more"));
    table.row(List.of("非常に長い名前のラベル".repeat(3), "1", "x".repeat(50)));
    table.row(List.of("e\u0301", "2", String.join(", ", Collections.nCopies(9, "q_proj"))));
    fits(table, columns);
    assertThat(CellText.width("é標")).isEqualTo(3);
    assertThat(CellText.width("e\u0301")).isEqualTo(1);
  }

  @Test
  void tablesAlignTheirColumns() {
    Table table = new Table(List.of("method", "peak")).row(List.of("lora", "12.5 MiB"));
    assertThat(table.row(List.of("control+lora", "9 B")).render())
        .isEqualTo(
            """
            method            peak
            ------------  --------
            lora          12.5 MiB
            control+lora       9 B
            """);
    assertThatThrownBy(() -> table.row(List.of("one"))).hasMessageContaining("2 cells, found 1");
  }
}
