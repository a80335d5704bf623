package dev.statecraft.adapters;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Control edges that are told by modules: from what enters one to what leaves another.
 *
 * @param where begins error messages: the file with the tensors' names
 * @param pairs the modules
 * @param function what each edge computes
 * @param saved modules that are trained whole beside them
 */
record ModuleEdges(String where, List<Pair> pairs, LowRank function, List<String> saved)
    implements AdapterPart {
  ModuleEdges {
    pairs = List.copyOf(pairs);
    saved = List.copyOf(saved);
  }

  /**
   * Two modules, with dashes for the dots of their names.
   *
   * @param head the one whose input is read
   * @param tail the one to whose output is added
   * @param key begins the names of the edge's tensors
   */
  record Pair(String head, String tail, String key) {
    /** Name of the edge, which begins those of its parameters. */
    String name() {
      return "control." + head + ".to." + tail;
    }

    static String dashed(String module) {
      return module.replace('.', '-');
    }
  }

  @Override
  public boolean isInWeights() {
    return false;
  }

  @Override
  public Optional<List<String>> savedModules() {
    return Optional.of(saved);
  }

  @Override
  public Optional<ModuleEdges> moduleEdges() {
    return Optional.of(this);
  }

  @Override
  public Tuning tuning(TaskModel family) {
    return in(family).tuning(family);
  }

  /**
   * The edges between the states of a family.
   *
   * @throws InvalidInputException if it lacks a module; the message lists those that it has
   */
  @Override
  public Control in(TaskModel family) {
    Map<String, ModuleStates.Ends> known = new HashMap<>();
    ModuleStates.of(family)
        .modules()
        .forEach((name, ends) -> known.putIfAbsent(Pair.dashed(name), ends));
    List<ControlEdge> edges = new ArrayList<>();
    for (Pair pair : pairs) {
      edges.add(
          new ControlEdge(
              known(known, pair.head(), pair).in(),
              known(known, pair.tail(), pair).out(),
              pair.name(),
              function));
    }
    return new Control(new StateTuning(edges, LayerSelection.ALL));
  }

  private ModuleStates.Ends known(Map<String, ModuleStates.Ends> known, String module, Pair pair) {
    ModuleStates.Ends found = known.get(module);
    if (found == null) {
      Set<String> parts = new TreeSet<>();
      known.values().stream()
          .filter(ModuleStates.Ends::inLayer)
          .map(ends -> ends.module().replaceFirst(".*\\.\\d+\\.", ""))
          .forEach(parts::add);
      throw new InvalidInputException(
          where
              + ": "
              + pair.key()
              + ": expected modules of the model, such as "
              + parts
              + " of its layers, found '"
              + module
              + "'");
    }
    return found;
  }
}
