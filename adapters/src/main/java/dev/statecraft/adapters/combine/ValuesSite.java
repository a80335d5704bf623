package dev.statecraft.adapters.combine;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** An edge whose parameters are factors or shifts of features, put together one by one. */
final class ValuesSite extends ControlSite {
  ValuesSite(Setting setting) {
    super(setting);
  }

  @Override
  CombinedEdge planned() {
    long bytes =
        setting().parameters(first()).stream().mapToLong(Parameter::elements).sum() * Float.BYTES;
    return row(
        runs().size() > 1 ? EdgeAction.MERGED : EdgeAction.KEPT,
        OptionalInt.empty(),
        OptionalDouble.empty(),
        "value by value",
        bytes);
  }

  @Override
  List<ControlEdge> make(
      Optional<StrandMerge.Made> made, int rank, PlainValues plain, CombinedValues values) {
    int own = first().placed().prefix().length();
    for (Parameter parameter : setting().parameters(first())) {
      values.put(setting().prefix() + parameter.name().substring(own), plain.of(parameter, runs()));
    }
    return List.of(edge(first().function()));
  }
}
