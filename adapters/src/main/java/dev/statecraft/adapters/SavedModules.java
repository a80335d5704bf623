package dev.statecraft.adapters;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The weights of the base model that PEFT's {@code modules_to_save} names: it takes every module
 * whose name ends with an entry, and trains it whole. The task's head, which it usually names, is
 * trained anyway and no matter of this.
 */
final class SavedModules {
  private SavedModules() {}

  /** Names of the parameters of one entry. */
  private static Set<String> of(TaskModel family, String module) {
    Set<String> found = new TreeSet<>();
    for (Parameter parameter : family.graph().parameters().values()) {
      if (parameter.role() == Parameter.Role.BASE
          && isIn(family.backbone().peftModule(parameter.name()), module)) {
        found.add(parameter.name());
      }
    }
    return found;
  }

  private static boolean isIn(String parameter, String module) {
    int dot = parameter.lastIndexOf('.');
    while (dot > 0) {
      if (parameter.substring(0, dot).endsWith(module)) {
        return true;
      }
      dot = parameter.lastIndexOf('.', dot - 1);
    }
    return false;
  }

  /** Names of the parameters of all entries. */
  static Set<String> of(TaskModel family, List<String> modules) {
    Set<String> found = new TreeSet<>();
    modules.forEach(module -> found.addAll(of(family, module)));
    return found;
  }

  /** The modules to write: the head's that are saved, and those of the parts that name weights. */
  static List<String> written(
      AdapterDescription description, TaskModel family, List<String> saved) {
    List<String> all = new ArrayList<>(saved);
    description.parts().stream()
        .flatMap(part -> part.savedModules().stream())
        .flatMap(List::stream)
        .filter(module -> !all.contains(module) && !of(family, module).isEmpty())
        .distinct()
        .forEach(all::add);
    return all;
  }

  /**
   * Checks that a weight is of one module alone: PEFT trains a copy of the module, so that a table
   * that was two modules' is two tables from then on.
   *
   * @throws InvalidInputException if one is not
   */
  static void requireUntied(String source, List<String> modules, TaskModel family) {
    for (String module : modules) {
      Set<String> parameters = of(family, module);
      for (Edge edge : family.graph().edges()) {
        boolean embeds = edge.op().name().equals("embedding");
        for (Parameter parameter : edge.parameters()) {
          if (embeds && parameters.contains(parameter.name()) && isTied(family, parameter)) {
            throw new InvalidInputException(
                source
                    + ": modules_to_save: expected none whose weight is another module's too,"
                    + " found '"
                    + module
                    + "', which is '"
                    + parameter.name()
                    + "'");
          }
        }
      }
    }
  }

  private static boolean isTied(TaskModel family, Parameter parameter) {
    return family.graph().edges().stream()
        .filter(edge -> edge.parameters().contains(parameter))
        .anyMatch(edge -> !edge.op().name().equals("embedding"));
  }
}
