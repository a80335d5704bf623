package dev.statecraft.studio.engine;

import dev.statecraft.data.Row;
import dev.statecraft.data.RowSelection;
import dev.statecraft.studio.recipe.DataRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The rows of a recipe's data files, gone through one at a time, so that files may be larger than
 * memory. Which rows are taken is drawn from their number and their classes: the training files are
 * read once to count them if anything is to be drawn, and once for each time that somebody goes
 * through them.
 */
final class RecipeRows {
  private final DataRecipe data;
  private final long seed;
  private final Inputs inputs;
  private final Optional<Function<Row, String>> classOf;
  private Optional<RowSelection> selection = Optional.empty();
  private Optional<Counted> counted = Optional.empty();

  /**
   * Rows that are still to be read.
   *
   * @param classOf the label of a row; empty where rows have no class
   */
  RecipeRows(DataRecipe data, long seed, Inputs inputs, Optional<Function<Row, String>> classOf) {
    this.data = data;
    this.seed = seed;
    this.inputs = inputs;
    this.classOf = classOf;
  }

  /** The labels of all rows of the training files, whether they are learned from or held out. */
  Set<String> labels() {
    return counted().classes.keySet();
  }

  /** Those to learn from, each as often as an epoch has it. */
  void training(Consumer<Row> action) {
    boolean all =
        !(data.validation() instanceof DataRecipe.Split)
            && data.maxExamples().isEmpty()
            && data.train().stream().allMatch(file -> file.weight() == 1);
    if (all) {
      data.train().forEach(file -> inputs.forEach(file, row -> action.accept(renamed(row))));
      return;
    }
    RowSelection chosen = selection();
    forEachTraining(
        (index, row) -> {
          for (int i = 0; i < chosen.uses(index); i++) {
            action.accept(renamed(row));
          }
        });
  }

  /** Whether there is something to evaluate on. */
  boolean hasHeldOut() {
    return !(data.validation() instanceof DataRecipe.NoValidation);
  }

  /** What is made of those to evaluate on, if there are any. */
  <T> Optional<T> held(Supplier<T> made) {
    return hasHeldOut() ? Optional.of(made.get()) : Optional.empty();
  }

  /** Those to evaluate on. */
  void heldOut(Consumer<Row> action) {
    if (data.validation() instanceof DataRecipe.HeldOut other) {
      inputs.forEach(other.file(), row -> action.accept(renamed(row)));
    } else if (data.validation() instanceof DataRecipe.Split) {
      RowSelection chosen = selection();
      forEachTraining(
          (index, row) -> {
            if (chosen.isHeldOut(index)) {
              action.accept(renamed(row));
            }
          });
    }
  }

  private Row renamed(Row row) {
    return row.renamed(data.renamed());
  }

  private RowSelection selection() {
    if (selection.isEmpty()) {
      OptionalDouble split =
          data.validation() instanceof DataRecipe.Split part
              ? OptionalDouble.of(part.fraction())
              : OptionalDouble.empty();
      OptionalInt most = data.maxExamples().stream().mapToInt(Integer::intValue).findFirst();
      Counted rows = counted();
      selection =
          Optional.of(
              RowSelection.of(rows.files, classOf.map(c -> rows.classes()), split, most, seed));
    }
    return selection.get();
  }

  private Counted counted() {
    if (counted.isEmpty()) {
      Counted rows = new Counted();
      for (DataRecipe.DataFile file : data.train()) {
        int before = rows.count;
        inputs.forEach(
            file, row -> rows.add(classOf.map(label -> label.apply(renamed(row))).orElse("")));
        rows.files.add(new RowSelection.FileRows(rows.count - before, file.weight()));
      }
      counted = Optional.of(rows);
    }
    return counted.get();
  }

  /** What is known of the training files after going through them once. */
  private static final class Counted {
    private final List<RowSelection.FileRows> files = new ArrayList<>();
    private final Map<String, Integer> classes = new LinkedHashMap<>();
    private int[] classOfRow = new int[64];
    private int count;

    void add(String label) {
      if (count == classOfRow.length) {
        classOfRow = Arrays.copyOf(classOfRow, (int) Math.min(2L * count, Integer.MAX_VALUE - 8));
      }
      classOfRow[count++] = classes.computeIfAbsent(label, key -> classes.size());
    }

    int[] classes() {
      return Arrays.copyOf(classOfRow, count);
    }
  }

  private void forEachTraining(IndexedAction action) {
    int[] index = new int[1];
    data.train().forEach(file -> inputs.forEach(file, row -> action.accept(index[0]++, row)));
  }

  @FunctionalInterface
  private interface IndexedAction {
    void accept(int index, Row row);
  }
}
