package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Linears as a recipe says which: by short names, or all, or by an expression for their full names.
 *
 * @param names short names; empty where there is an expression, or for all
 * @param expression for whole names, as PEFT's {@code target_modules} in one string
 * @param layers which layers
 * @param excluded names or ends of names, as PEFT's {@code exclude_modules}
 * @param saved modules that are trained whole, as PEFT's {@code modules_to_save}
 */
public record ChosenTargets(
    List<String> names,
    Optional<String> expression,
    LayerSelection layers,
    List<String> excluded,
    List<String> saved)
    implements Targets {
  /** Copies. */
  public ChosenTargets {
    names = List.copyOf(names);
    excluded = List.copyOf(excluded);
    saved = List.copyOf(saved);
  }

  @Override
  public Named in(TaskModel family) {
    return new LinearGroups(linears(family), family)
        .one()
        .orElseThrow(
            () ->
                new UsageException(
                    "targets: expected the same in every layer that has any, found "
                        + new LinearGroups(linears(family), family).layers()));
  }

  @Override
  public List<Group> groups(TaskModel family, int rank, double alpha, RankPatterns patterns) {
    List<Projection> linears = linears(family);
    patterns
        .idle(linears.stream().map(Projection::names).toList())
        .ifPresent(
            key -> {
              throw new UsageException(
                  key.getValue()
                      + ": expected names of targets, found '"
                      + key.getKey()
                      + "', which fits none");
            });
    return new LinearGroups(linears, family).of(rank, alpha, patterns);
  }

  /**
   * The linears among a family's, in the graph's order.
   *
   * @throws UsageException if there are none, or a name is not known
   */
  private List<Projection> linears(TaskModel family) {
    List<Integer> chosen = layers.of(family.graph().layers()).stream().map(Layer::index).toList();
    List<Projection> all =
        Projection.of(family).stream().filter(linear -> chosen.contains(linear.layer())).toList();
    Set<String> known = new TreeSet<>();
    all.forEach(linear -> known.addAll(linear.targets()));
    for (String name : names) {
      if (!known.contains(name)) {
        throw new UsageException("targets: expected some of " + known + ", found '" + name + "'");
      }
    }
    for (String name : excluded) {
      ModuleNames none = ModuleNames.ends(List.of(name));
      if (all.stream().flatMap(linear -> linear.names().stream()).noneMatch(none::matches)) {
        throw new UsageException(
            "exclude_modules: expected names of linears, or ends of them, found '"
                + name
                + "', which fits none");
      }
    }
    List<Projection> found = all.stream().filter(this::isChosen).toList();
    if (found.isEmpty()) {
      throw new UsageException(
          "targets: expected linears such as "
              + all.stream().limit(2).map(Projection::peftModule).toList()
              + ", found none that "
              + expression.map(text -> "fit '" + text + "'").orElse("are left"));
    }
    return found;
  }

  private boolean isChosen(Projection linear) {
    Stream<String> full = linear.names().stream();
    boolean named =
        expression.isPresent()
            ? full.anyMatch(name -> name.matches(expression.get()))
            : names.isEmpty() || linear.targets().stream().anyMatch(names::contains);
    return named && linear.names().stream().noneMatch(this::isExcluded);
  }

  private boolean isExcluded(String name) {
    return ModuleNames.ends(excluded).excludes(name, saved);
  }

  @Override
  public Optional<List<String>> savedModules() {
    return Optional.of(saved);
  }
}
