package dev.statecraft.adapters;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Modules as PEFT's settings name them: by the ends of their names, by one regular expression for
 * the whole name, or all linears of layers.
 *
 * @param ends full names, or ends of them after a dot
 * @param expression for whole names, in place of the ends
 * @param allLinear whether they are {@code all-linear}
 */
record ModuleNames(List<String> ends, Optional<Pattern> expression, boolean allLinear) {
  ModuleNames {
    ends = List.copyOf(ends);
  }

  static ModuleNames ends(List<String> ends) {
    return new ModuleNames(ends, Optional.empty(), false);
  }

  /** Whether a module is named without regard of its layer. */
  boolean matchesWhole(String name) {
    return ends.contains(name)
        || expression.filter(regex -> regex.matcher(name).matches()).isPresent();
  }

  boolean matchesEnd(String name) {
    return ends.stream().anyMatch(end -> name.endsWith("." + end));
  }

  /** Whether a module is named, in whole or by its end. */
  boolean matches(String name) {
    return matchesWhole(name) || matchesEnd(name);
  }

  /** Whether a linear is none of the targets where these are excluded and others trained whole. */
  boolean excludes(String name, List<String> saved) {
    return matches(name)
        || saved.stream().anyMatch(part -> ("." + name + ".").contains("." + part + "."));
  }

  @Override
  public String toString() {
    return allLinear ? "all-linear" : expression.map(Pattern::pattern).orElse(ends.toString());
  }
}
