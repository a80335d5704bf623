package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.CopyTuning;
import dev.statecraft.core.control.TableReaders;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.family.TiedTables;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The weights of the base model that PEFT's {@code modules_to_save} names: it takes every module
 * whose name ends with an entry, and trains a copy of it whole. The task's head, which it usually
 * names, is trained anyway and no matter of this.
 *
 * <p>A table that is an embedding and a head is two modules' in PEFT, of which each entry copies
 * one: from then on there are two tables. With {@code ensure_weight_tying} it stays one.
 *
 * @param modules the entries
 * @param tied whether a table of two modules stays one
 */
record SavedModules(List<String> modules, boolean tied, TaskModel family) {
  /** Ends the name of a module whose copy is trained, as in PEFT. */
  private static final String COPY = ".modules_to_save";

  private static final String WEIGHT = ".weight";

  SavedModules {
    modules = List.copyOf(modules);
  }

  private boolean isIn(String parameter, String module) {
    String name = family.backbone().peftModule(parameter);
    int dot = name.lastIndexOf('.');
    while (dot > 0) {
      if (name.substring(0, dot).endsWith(module)) {
        return true;
      }
      dot = name.lastIndexOf('.', dot - 1);
    }
    return false;
  }

  private boolean has(String parameter) {
    return modules.stream().anyMatch(module -> isIn(parameter, module));
  }

  /** Names of the parameters of the base model that are trained themselves. */
  Set<String> whole() {
    Set<String> found = new TreeSet<>();
    if (modules.isEmpty()) {
      return found;
    }
    for (Parameter parameter : family.graph().parameters().values()) {
      if (parameter.role() == Parameter.Role.BASE && has(parameter.name())) {
        found.add(parameter.name());
      }
    }
    tables()
        .ifPresent(
            tables -> {
              if (stayTied(tables)) {
                found.add(tables.embedding());
              } else {
                found.remove(tables.embedding());
              }
            });
    return found;
  }

  private Optional<TiedTables> tables() {
    return family.config().tied();
  }

  private boolean stayTied(TiedTables tables) {
    return tied && (has(tables.embedding()) || has(tables.head()));
  }

  /** Whether the embedding of a tied table is a copy. */
  boolean copiesEmbedding() {
    return tables().filter(t -> !stayTied(t) && has(t.embedding())).isPresent();
  }

  /** Whether the head of a tied table is a copy. */
  boolean copiesHead() {
    return tables().filter(t -> !stayTied(t) && has(t.head())).isPresent();
  }

  /** The tunings that make two tables of a tied one. */
  List<CopyTuning> copies() {
    List<CopyTuning> copies = new ArrayList<>();
    if (copiesEmbedding()) {
      String table = tables().orElseThrow().embedding();
      copies.add(new CopyTuning(table, copy(table), TableReaders.EMBEDDINGS));
    }
    if (copiesHead()) {
      TiedTables tables = tables().orElseThrow();
      copies.add(new CopyTuning(tables.embedding(), copy(tables.head()), TableReaders.SCORES));
    }
    return copies;
  }

  private static String copy(String table) {
    return table.substring(0, table.length() - WEIGHT.length()) + COPY + WEIGHT;
  }

  /** The name in checkpoints of the parameter that takes the place of a copied one. */
  static String original(String parameter) {
    return parameter.endsWith(COPY + WEIGHT) ? parameter.replace(COPY, "") : parameter;
  }

  /** The head whose table is the trained embedding, and is written as PEFT writes it: once more. */
  Optional<TiedTables> writtenTwice() {
    return tables().filter(this::stayTied);
  }

  private boolean isKnown(String module) {
    return family.graph().parameters().values().stream()
            .anyMatch(
                parameter ->
                    parameter.role() == Parameter.Role.BASE && isIn(parameter.name(), module))
        || tables().filter(tables -> isIn(tables.head(), module)).isPresent();
  }

  /**
   * Checks that the model has all of them. PEFT ignores what it does not find.
   *
   * @throws UsageException if it lacks one
   */
  void requireKnown() {
    List<String> heads = AdapterConfig.heads(family);
    for (String module : modules) {
      if (!isKnown(module) && !heads.contains(module)) {
        throw new UsageException(
            "modules_to_save: expected modules of the model, or ends of their names, found '"
                + module
                + "'");
      }
    }
  }

  /** The modules to write: the head's that are saved, and those of the parts that name weights. */
  static List<String> written(
      AdapterDescription description, TaskModel family, List<String> saved) {
    SavedModules known = new SavedModules(saved, false, family);
    List<String> all = new ArrayList<>(saved);
    description.parts().stream()
        .flatMap(part -> part.savedModules().stream())
        .flatMap(List::stream)
        .filter(module -> !all.contains(module) && known.isKnown(module))
        .distinct()
        .forEach(all::add);
    return all;
  }
}
