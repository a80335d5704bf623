package dev.statecraft.studio.recipe;

import java.util.List;

/**
 * What the catalogue says of one key. A key may have several entries, for different methods or
 * tasks.
 *
 * @param key its path, such as {@code train.epochs}; {@code method.edges[].from} is a key of each
 *     mapping of a list
 * @param kind what its value can be
 * @param otherwise what holds without it
 * @param description one sentence or two
 * @param methods that have it, in order; empty for a key of every recipe
 * @param tasks that have it, in order; empty for a key of every recipe
 */
public record Option(
    String key,
    Kind kind,
    Otherwise otherwise,
    String description,
    List<String> methods,
    List<String> tasks) {
  public Option {
    methods = List.copyOf(methods);
    tasks = List.copyOf(tasks);
  }

  /** The same for these methods alone. */
  Option methods(List<String> names) {
    return new Option(key, kind, otherwise, description, names, tasks);
  }

  /** The same inside another, which may be one of some tasks alone. */
  Option inside(Option outer) {
    return tasks.isEmpty()
        ? new Option(key, kind, otherwise, description, methods, outer.tasks)
        : this;
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

  /** Whether recipes of this task have it. */
  public boolean isOfTask(String task) {
    return tasks.isEmpty() || tasks.contains(task);
  }

  /** Whether recipes of this method have it. */
  public boolean isOfMethod(String method) {
    return methods.isEmpty() || methods.contains(method);
  }

  /** Whether recipes of this task and method have the key. */
  public boolean appliesTo(String task, String method) {
    return isOfTask(task) && isOfMethod(method);
  }
}
