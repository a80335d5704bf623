package dev.statecraft.studio.report;

import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.Arrays;
import java.util.List;

/**
 * What has which color, on every page: the end of the names of its classes in {@code report.css}.
 * The same thing has the same color wherever it is drawn, and no two things of a kind share one.
 */
final class Colors {
  /** What training measures at each step. */
  static final String TRAINING = "0";

  /** What evaluations measure. */
  static final String EVALUATION = "4";

  /** Bytes in all. */
  static final String MEMORY = "2";

  /** Seconds. */
  static final String TIME = "3";

  /** How many series can be told apart. */
  static final int SERIES = 10;

  /** How many methods have colors of their own; the first are those of the series. */
  static final int METHODS = 20;

  private static final List<String> CATEGORIES =
      Arrays.stream(MemoryCategory.values()).map(MemoryCategory::label).toList();

  private Colors() {}

  /** Of a series that is known by its place alone. */
  static String series(int index) {
    return String.valueOf(index % SERIES);
  }

  /** Of a method, by its label; the first color for what is none. */
  static String method(String label) {
    return String.valueOf(Math.max(0, Methods.names().indexOf(label)) % METHODS);
  }

  /** Of a category of memory, by its label. */
  static String memory(String label) {
    int index = CATEGORIES.indexOf(label);
    return "m" + (index < 0 ? Math.floorMod(label.hashCode(), CATEGORIES.size()) : index);
  }
}
