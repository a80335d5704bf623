package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts that are no updates of linears and no control edges between states: norms, whole
 * weights, IA3, BitFit. Those of several runs with the same settings become one, value by value.
 */
final class PlainUnion {
  /** A part and the runs that have it. */
  private record Shared(AdapterPart part, List<Integer> runs) {}

  private final List<Member> members;
  private final Combining how;
  private final Map<String, Shared> parts = new LinkedHashMap<>();

  PlainUnion(List<Parts.Of> all, List<Member> members, Combining how) {
    this.members = members;
    this.how = how;
    for (Parts.Of part : all) {
      Member member = members.get(part.run());
      parts
          .computeIfAbsent(
              AdapterDescription.settings(part.part(), member.family()),
              key -> new Shared(part.part(), new ArrayList<>()))
          .runs()
          .add(part.run());
    }
    parts.values().forEach(this::refuseOthers);
    refuseShared();
  }

  private List<Parameter> parameters(Shared shared) {
    return Parts.parameters(shared.part(), members.get(shared.runs().get(0)));
  }

  private void refuseOthers(Shared shared) {
    boolean changed = shared.runs().size() > 1 || how.alone(shared.runs().get(0)).isPresent();
    if (changed && !shared.part().isOfPlainValues() && !parameters(shared).isEmpty()) {
      throw new UsageException(
          "combine: expected parts that can be put together value by value, found the same "
              + members.get(shared.runs().get(0)).description().method()
              + " in "
              + names(shared));
    }
  }

  private List<String> names(Shared shared) {
    return shared.runs().stream().map(run -> members.get(run).name()).toList();
  }

  private void refuseShared() {
    Map<String, Shared> owners = new HashMap<>();
    for (Shared shared : parts.values()) {
      for (Parameter parameter : parameters(shared)) {
        Shared other = owners.put(parameter.name(), shared);
        if (other != null) {
          throw new UsageException(
              "combine: expected the same settings where runs train the same, found '"
                  + parameter.name()
                  + "' in "
                  + names(other)
                  + " and "
                  + names(shared)
                  + " with others beside it");
        }
      }
    }
  }

  /** What becomes of them. */
  List<CombinedEdge> plan() {
    List<CombinedEdge> rows = new ArrayList<>();
    for (Shared shared : parts.values()) {
      for (Parameter parameter : parameters(shared)) {
        rows.add(CombinedEdge.of(parameter, names(shared)));
      }
    }
    return rows;
  }

  /**
   * Makes the values.
   *
   * @param made gets the parts of the combined adapter
   * @param rows gets what became of them
   */
  void make(
      PlainValues plain, CombinedValues values, List<AdapterPart> made, List<CombinedEdge> rows) {
    for (Shared shared : parts.values()) {
      boolean asItIs = shared.runs().size() == 1 && how.alone(shared.runs().get(0)).isEmpty();
      if (asItIs) {
        values.putAll(parameters(shared), members.get(shared.runs().get(0)));
      } else {
        parameters(shared)
            .forEach(parameter -> values.put(parameter.name(), plain.of(parameter, shared.runs())));
      }
      made.add(shared.part());
    }
    rows.addAll(plan());
  }
}
