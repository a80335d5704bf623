package dev.statecraft.studio.engine;

import dev.statecraft.base.ByteSize;
import dev.statecraft.data.DataAccount;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.data.LabelWarnings;
import dev.statecraft.studio.recipe.DataRecipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Tells what was read of a recipe's data, and keeps it for the summary. */
final class DataNotes {
  /** What is learned from. */
  static final String TRAINING = "training";

  /** What is evaluated on. */
  static final String EVALUATION = "evaluation";

  private final DataRecipe data;
  private final Consumer<String> notes;
  private final Map<String, DataAccount> accounts = new LinkedHashMap<>();

  DataNotes(DataRecipe data, Consumer<String> notes) {
    this.data = data;
    this.notes = notes;
  }

  /** All parts that were read. */
  Map<String, DataAccount> accounts() {
    return Map.copyOf(accounts);
  }

  /** Something to know about a part. */
  void note(String part, String line) {
    notes.accept(part + " data: " + line);
  }

  /** Something to know about the model. */
  void note(String line) {
    notes.accept(line);
  }

  /** A part was read. */
  void read(String part, DataAccount account) {
    accounts.put(part, account);
    boolean split = part.equals(EVALUATION) && data.validation() instanceof DataRecipe.Split;
    note(part, account.describe() + (split ? "; held out of data.train" : ""));
    if (part.equals(TRAINING)) {
      LabelWarnings.of(account.classes()).forEach(line -> note(part, line));
    }
  }

  /** Examples that do not fit the heap. */
  void spilled(String part, List<?> examples) {
    if (examples instanceof ExampleStore<?> store && store.spilledBytes() > 0) {
      note(
          part,
          ByteSize.shown(store.spilledBytes())
              + " of tokens lie in a temporary file, as they do not fit the heap");
    }
  }
}
