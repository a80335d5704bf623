package dev.statecraft.adapters.combine;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** An edge that one run has, and that stays as it is. */
final class SiteAsItIs extends ControlSite {
  SiteAsItIs(Setting setting) {
    super(setting);
  }

  @Override
  CombinedEdge planned() {
    return row(EdgeAction.KEPT, firstRank(), OptionalDouble.empty(), "");
  }

  /** By the tuned graph: routed edges have parameters that depend on the others of their run. */
  private List<Parameter> parameters() {
    String prefix = first().placed().prefix();
    Set<String> known =
        setting().parameters(first()).stream().map(Parameter::name).collect(Collectors.toSet());
    return setting().member(first()).tuned().parameters().values().stream()
        .filter(Parameter::isSaved)
        .filter(p -> p.name().startsWith(prefix) || known.contains(p.name()))
        .toList();
  }

  @Override
  List<ControlEdge> make(
      Optional<StrandMerge.Made> made, int rank, PlainValues plain, CombinedValues values) {
    int own = first().placed().prefix().length();
    values.putAll(
        parameters(), setting().member(first()), name -> setting().prefix() + name.substring(own));
    return List.of(edge(first().function()));
  }
}
