package dev.statecraft.models.family;

import java.util.List;

/**
 * What the names of a backbone's tensors begin with in the checkpoint of a model with a head; that
 * of the bare network lacks it.
 *
 * @param text ends with a dot
 * @param modules what the names go on with
 */
public record Prefix(String text, List<String> modules) {
  public Prefix {
    modules = List.copyOf(modules);
  }

  /** The name with the prefix, whether it had it or not; names of other modules stay. */
  public String on(String name) {
    return modules.stream().anyMatch(name::startsWith) ? text + name : name;
  }
}
