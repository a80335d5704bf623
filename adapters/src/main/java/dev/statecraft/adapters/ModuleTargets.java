package dev.statecraft.adapters;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Linears as PEFT's {@code LoraConfig} says which: an entry of {@code target_modules} is a module's
 * full name or the end of it (after a dot); {@code layers_to_transform} restricts those that match
 * by their end.
 *
 * @param where begins error messages: the file and the path of the settings in it
 * @param modules {@code target_modules}
 * @param excluded {@code exclude_modules}
 * @param layers {@code layers_to_transform}; empty for all
 * @param patterns {@code layers_pattern}: what the list of layers is called; empty for any name
 * @param saved {@code modules_to_save}: trained whole, never targets
 */
record ModuleTargets(
    String where,
    ModuleNames modules,
    ModuleNames excluded,
    List<Integer> layers,
    List<String> patterns,
    List<String> saved)
    implements Targets {
  private static final Pattern ANY_LAYER = Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\..*");

  ModuleTargets {
    layers = List.copyOf(layers);
    patterns = List.copyOf(patterns);
    saved = List.copyOf(saved);
  }

  /**
   * Finds the linears among a family's.
   *
   * @throws InvalidInputException if there are none, one is no linear of a layer, or layers differ
   *     in what is targeted
   */
  @Override
  public Named in(TaskModel family) {
    return new LinearGroups(linears(family), family)
        .one()
        .orElseThrow(
            () ->
                invalid(
                    "the same targets in every layer that has any",
                    new LinearGroups(linears(family), family).layers().toString()));
  }

  /**
   * The linears among a family's, in the graph's order.
   *
   * @throws InvalidInputException if there are none, or one is no linear of a layer
   */
  List<Projection> linears(TaskModel family) {
    List<Projection> all = Projection.of(family);
    refuseOthers(family, all);
    List<Projection> found = all.stream().filter(this::isOne).toList();
    if (found.isEmpty()) {
      Set<String> known = new TreeSet<>();
      all.forEach(projection -> known.add(family.backbone().peftTarget(projection.target())));
      throw invalid("some of " + known + " in layers of the model", modules.toString());
    }
    return found;
  }

  private boolean isOne(Projection linear) {
    List<String> names = linear.names();
    return modules.allLinear() ? names.stream().noneMatch(this::isExcluded) : matches(names);
  }

  /**
   * {@inheritDoc} Layers may differ in what is targeted.
   *
   * @throws InvalidInputException as {@link #linears}
   */
  @Override
  public List<Group> groups(TaskModel family, int rank, double alpha, RankPatterns patterns) {
    return new LinearGroups(linears(family), family).of(rank, alpha, patterns);
  }

  @Override
  public Optional<List<String>> savedModules() {
    return Optional.of(saved);
  }

  private void refuseOthers(TaskModel family, List<Projection> linears) {
    Set<String> known = new TreeSet<>();
    linears.forEach(projection -> known.add(projection.module()));
    for (Parameter parameter : family.graph().parameters().values()) {
      String name = parameter.name();
      if (parameter.role() == Parameter.Role.DERIVED || !name.endsWith(".weight")) {
        continue;
      }
      String module = name.substring(0, name.length() - ".weight".length());
      if (!known.contains(module)
          && matches(List.of(family.backbone().peftModule(module), module))) {
        throw invalid("linears of layers alone", modules + ", which match '" + module + "' too");
      }
    }
  }

  private InvalidInputException invalid(String expected, String found) {
    return new InvalidInputException(
        where + "target_modules: expected " + expected + ", found " + found);
  }

  /** Whether PEFT would take a module for a target under one of its names. */
  boolean matches(List<String> names) {
    return names.stream().noneMatch(this::isExcluded) && names.stream().anyMatch(this::isTargeted);
  }

  private boolean isExcluded(String name) {
    return excluded.excludes(name, saved);
  }

  private boolean isTargeted(String name) {
    if (modules.matchesWhole(name)) {
      return true;
    }
    return modules.matchesEnd(name) && (layers.isEmpty() || layers.contains(layerOf(name)));
  }

  /** The first number in a name that stands for a layer, or -1. */
  private int layerOf(String name) {
    List<Pattern> forms =
        patterns.isEmpty()
            ? List.of(ANY_LAYER)
            : patterns.stream()
                .map(p -> Pattern.compile("(?:|.*?\\.)" + Pattern.quote(p) + "\\.(\\d+)\\..*"))
                .toList();
    for (Pattern form : forms) {
      Matcher matcher = form.matcher(name);
      if (matcher.matches()) {
        return Integer.parseInt(matcher.group(1));
      }
    }
    return -1;
  }
}
