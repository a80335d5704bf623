package dev.statecraft.adapters.combine;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Edges that compute what no one function of their kind does together: all stay, side by side, each
 * with its factor. The first keeps its name, the others have the run's number at its end.
 */
final class BesideSite extends ControlSite {
  BesideSite(Setting setting) {
    super(setting);
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
      String name = edges.isEmpty() ? own.name() : own.name() + ".run" + edge.run();
      String prefix = edge.placed().prefix();
      String begin = prefix.substring(0, prefix.length() - own.name().length() - 1) + name + ".";
      for (Parameter parameter : setting().parameters(edge)) {
        String theta = parameter.name().substring(prefix.length());
        try (Scope scope = plain.torch().scope()) {
          values.putCopy(
              begin + theta,
              setting().member(edge).trained().value(plain.torch(), parameter, DType.FLOAT32));
        }
      }
      edges.add(new ControlEdge(own.from(), own.to(), name, function));
    }
    return edges;
  }
}
