package dev.statecraft.adapters.combine;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Edges that compute what no one function of their kind does together: all stay, side by side, each
 * with its factor. The first keeps its name, the others have a number at its end.
 */
final class BesideSite extends ControlSite {
  private final List<String> names = new ArrayList<>();

  /**
   * Edges side by side.
   *
   * @param taken names that there are, with their layers
   */
  BesideSite(Setting setting, Set<String> taken) {
    super(setting);
    names.add(setting.name());
    for (Edge edge : setting.edges().subList(1, setting.edges().size())) {
      names.add(freeName(edge.placed(), taken));
    }
  }

  @Override
  CombinedEdge planned() {
    return row(
        runs().size() > 1 ? EdgeAction.BESIDE : EdgeAction.KEPT,
        OptionalInt.empty(),
        OptionalDouble.empty(),
        runs().size() > 1 ? "each with its factor" : "");
  }

  @Override
  List<ControlEdge> make(
      Optional<StrandMerge.Made> made, int rank, PlainValues plain, CombinedValues values) {
    List<ControlEdge> edges = new ArrayList<>();
    for (Edge edge : setting().edges()) {
      ControlFunction function = edge.function().scaled(setting().share(edge)).orElseThrow();
      ControlEdge own = edge.placed().edge();
      String name = names.get(edges.size());
      String prefix = edge.placed().prefix();
      String begin = prefix.substring(0, prefix.length() - own.name().length() - 1) + name + ".";
      values.putAll(
          setting().parameters(edge),
          setting().member(edge),
          parameter -> begin + parameter.substring(prefix.length()));
      edges.add(new ControlEdge(own.from(), own.to(), name, function));
    }
    return edges;
  }
}
