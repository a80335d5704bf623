package dev.statecraft.studio.recipe;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One key that recipes can have. A key may have several entries, for different methods or tasks.
 *
 * @param key its path, such as {@code train.epochs}; {@code method.edges[].from} is a key of each
 *     mapping of a list
 * @param kind what its value can be
 * @param otherwise what holds without it
 * @param description one sentence or two
 * @param methods that have it; all of them for a key of every recipe
 * @param tasks that have it, by their words; all of them for a key of every recipe
 */
public record Option(
    String key,
    Kind kind,
    Otherwise otherwise,
    String description,
    Set<MethodName> methods,
    Set<String> tasks) {
  public Option {
    methods = Set.copyOf(methods);
    tasks = Set.copyOf(tasks);
  }

  /** A key of every recipe. */
  static Option of(String key, Kind kind, Otherwise otherwise, String description) {
    return new Option(
        key,
        kind,
        otherwise,
        description,
        EnumSet.allOf(MethodName.class),
        Set.copyOf(TaskRecipe.TYPES));
  }

  /** The same for these methods alone. */
  Option methods(MethodName first, MethodName... more) {
    return new Option(key, kind, otherwise, description, EnumSet.of(first, more), tasks);
  }

  /** The same for these tasks alone. */
  Option tasks(String... words) {
    return new Option(key, kind, otherwise, description, methods, Set.of(words));
  }

  /** The key within its mapping. */
  public String name() {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** The path of the mapping that it is a key of; empty for the recipe itself. */
  public String parent() {
    int dot = key.lastIndexOf('.');
    return dot < 0 ? "" : key.substring(0, dot);
  }

  /** The path under which the keys of its mappings are. */
  public String inner() {
    return kind.form() == Kind.Form.MAPPINGS ? key + "[]" : key;
  }

  /** Whether recipes of this task and method have the key. */
  public boolean appliesTo(String task, MethodName method) {
    return tasks.contains(task) && methods.contains(method);
  }

  /** The methods that have it, in order; empty if every recipe does. */
  public List<MethodName> onlyMethods() {
    return methods.size() == MethodName.values().length
        ? List.of()
        : List.copyOf(new TreeSet<>(methods));
  }

  /** The tasks that have it, in order; empty if every recipe does. */
  public List<String> onlyTasks() {
    return tasks.size() == TaskRecipe.TYPES.size()
        ? List.of()
        : TaskRecipe.TYPES.stream().filter(tasks::contains).toList();
  }
}
