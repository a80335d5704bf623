package dev.statecraft.studio.run;

import java.util.List;
import java.util.stream.Collectors;

/** Rows of CSV, as RFC 4180 has it. */
public final class CsvText {
  private CsvText() {}

  /** A row with a line break at its end; cells are quoted where they need it. */
  public static String row(List<?> cells) {
    return cells.stream()
        .map(cell -> quoted(String.valueOf(cell)))
        .collect(Collectors.joining(",", "", "\n"));
  }

  private static String quoted(String cell) {
    boolean plain = cell.matches("[^\",\r\n]*") && cell.equals(cell.strip());
    return plain ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
  }
}
