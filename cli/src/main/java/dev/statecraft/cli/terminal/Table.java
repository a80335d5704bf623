package dev.statecraft.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A plain table: the first column to the left, the others, numbers mostly, to the right. It fits
 * its width: lists are written on several lines, long words lose their middle, and columns that
 * find no room beside the others follow below, with the first column again.
 */
public final class Table {
  /** Columns of the terminal where none is known. */
  public static final int WIDTH = 80;

  /** A word longer than this may be shortened. */
  private static final int LONG = 24;

  private static final String GAP = "  ";

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(List<String> header) {
    this.header = header.stream().map(CellText::plain).toList();
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has another number of cells than the header
   */
  public Table row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(
          "expected " + header.size() + " cells, found " + cells.size() + ": " + cells);
    }
    rows.add(cells.stream().map(CellText::plain).toList());
    return this;
  }

  /** The lines, none of more than {@value #WIDTH} columns: header, rule, rows. */
  public String render() {
    return render(WIDTH);
  }

  /** The lines, none of more columns than this. */
  public String render(int columns) {
    int[] widths = new int[header.size()];
    Arrays.setAll(
        widths, column -> Math.max(widest(column, false), CellText.width(header(column))));
    if (sum(widths) > columns) {
      Arrays.setAll(widths, column -> Math.max(widest(column, false), longestWord(header(column))));
    }
    shrink(widths, columns);
    StringBuilder text = new StringBuilder();
    for (List<Integer> block : blocks(widths, columns)) {
      text.append(text.isEmpty() ? "" : "\n");
      append(text, block, widths);
    }
    return text.toString();
  }

  private String header(int column) {
    return header.get(column);
  }

  /** Of the column's cells, or of their parts that stay on one line. */
  private int widest(int column, boolean pieces) {
    return rows.stream()
        .map(row -> row.get(column))
        .flatMap(cell -> (pieces ? CellText.pieces(cell, false) : List.of(cell)).stream())
        .mapToInt(CellText::width)
        .max()
        .orElse(0);
  }

  private static int longestWord(String text) {
    return CellText.pieces(text, true).stream().mapToInt(CellText::width).max().orElse(0);
  }

  private static int sum(int[] widths) {
    return IntStream.of(widths).sum() + GAP.length() * (widths.length - 1);
  }

  /** Takes room from the widest columns, first where lists can go on below, then from words. */
  private void shrink(int[] widths, int columns) {
    int[] least = new int[widths.length];
    Arrays.setAll(least, column -> Math.max(widest(column, true), longestWord(header(column))));
    take(widths, least, columns);
    Arrays.setAll(least, column -> Math.min(longest(columns), widths[column]));
    take(widths, least, columns);
  }

  /** No word takes more than half of the line: two columns always fit. */
  private static int longest(int columns) {
    return Math.min(LONG, (columns - GAP.length()) / 2);
  }

  private static void take(int[] widths, int[] least, int columns) {
    while (sum(widths) > columns) {
      int widest = -1;
      for (int i = 0; i < widths.length; i++) {
        if (widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest])) {
          widest = i;
        }
      }
      if (widest < 0) {
        return;
      }
      widths[widest]--;
    }
  }

  /** Columns that fit beside one another; each block but the first begins with column 0 again. */
  private static List<List<Integer>> blocks(int[] widths, int columns) {
    List<List<Integer>> blocks = new ArrayList<>();
    List<Integer> block = new ArrayList<>();
    int taken = 0;
    for (int i = 0; i < widths.length; i++) {
      if (block.size() > 1 && taken + widths[i] > columns) {
        blocks.add(block);
        block = new ArrayList<>(List.of(0));
        taken = widths[0] + GAP.length();
      }
      block.add(i);
      taken += widths[i] + GAP.length();
    }
    blocks.add(block);
    return blocks;
  }

  private void append(StringBuilder text, List<Integer> block, int[] widths) {
    appendRow(text, block, widths, header, true);
    List<String> rule = new ArrayList<>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    appendRow(text, block, widths, rule, false);
    rows.forEach(row -> appendRow(text, block, widths, row, false));
  }

  private static void appendRow(
      StringBuilder text, List<Integer> block, int[] widths, List<String> row, boolean words) {
    List<List<String>> cells = new ArrayList<>();
    int height = 1;
    for (int column : block) {
      cells.add(CellText.wrapped(row.get(column), words, widths[column]));
      height = Math.max(height, cells.get(cells.size() - 1).size());
    }
    for (int i = 0; i < height; i++) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < block.size(); j++) {
        String cell = i < cells.get(j).size() ? cells.get(j).get(i) : "";
        String padding = " ".repeat(widths[block.get(j)] - CellText.width(cell));
        line.append(j == 0 ? cell + padding : GAP + padding + cell);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
  }
}
