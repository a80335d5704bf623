package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.DataRecipe;
import dev.statecraft.models.data.Row;
import dev.statecraft.models.data.RowSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The rows of a recipe's data files, gone through one at a time, so that files may be larger than
 * memory. Which rows are taken is drawn from their number: the training files are read once to
 * count them if anything is to be drawn, and once for each time that somebody goes through them.
 */
final class RecipeRows {
  private final DataRecipe data;
  private final long seed;
  private final Inputs inputs;
  private Optional<RowSelection> selection = Optional.empty();

  RecipeRows(DataRecipe data, long seed, Inputs inputs) {
    this.data = data;
    this.seed = seed;
    this.inputs = inputs;
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
      List<RowSelection.FileRows> files = new ArrayList<>();
      for (DataRecipe.DataFile file : data.train()) {
        int[] count = new int[1];
        inputs.forEach(file, row -> count[0]++);
        files.add(new RowSelection.FileRows(count[0], file.weight()));
      }
      OptionalDouble split =
          data.validation() instanceof DataRecipe.Split part
              ? OptionalDouble.of(part.fraction())
              : OptionalDouble.empty();
      OptionalInt most = data.maxExamples().stream().mapToInt(Integer::intValue).findFirst();
      selection = Optional.of(RowSelection.of(files, split, most, seed));
    }
    return selection.get();
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
