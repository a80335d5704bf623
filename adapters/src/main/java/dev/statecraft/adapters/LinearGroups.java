package dev.statecraft.adapters;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chosen linears of a family, put together as tunings take them: by short names and layers.
 *
 * @param linears in the graph's order
 */
record LinearGroups(List<Projection> linears, TaskModel family) {
  /** The layers in which linears of each short name are. */
  Map<String, Set<Integer>> layers() {
    return layers(linears);
  }

  private static Map<String, Set<Integer>> layers(List<Projection> linears) {
    Map<String, Set<Integer>> found = new LinkedHashMap<>();
    for (Projection linear : linears) {
      found.computeIfAbsent(linear.target(), key -> new LinkedHashSet<>()).add(linear.layer());
    }
    return found;
  }

  /** All together; empty if layers differ in what is chosen. */
  Optional<Targets.Named> one() {
    Map<String, Set<Integer>> found = layers();
    return new HashSet<>(found.values()).size() == 1
        ? Optional.of(
            new Targets.Named(
                new ArrayList<>(found.keySet()), selection(found.values().iterator().next())))
        : Optional.empty();
  }

  /** What linears of one group have in common. */
  private record Ranked(int rank, double alpha) {}

  /** And in which layers those of one name are. */
  private record Placed(Ranked ranked, Set<Integer> layers) {}

  /** Linears of one rank and alpha, and of the same layers. */
  List<Targets.Group> of(int rank, double alpha, RankPatterns patterns) {
    Map<Ranked, List<Projection>> ranked = new LinkedHashMap<>();
    for (Projection linear : linears) {
      List<String> names = linear.names();
      ranked
          .computeIfAbsent(
              new Ranked(patterns.rank(names, rank), patterns.alpha(names, alpha)),
              key -> new ArrayList<>())
          .add(linear);
    }
    Map<Placed, List<String>> placed = new LinkedHashMap<>();
    ranked.forEach(
        (key, some) ->
            layers(some)
                .forEach(
                    (target, layers) ->
                        placed
                            .computeIfAbsent(new Placed(key, layers), any -> new ArrayList<>())
                            .add(target)));
    return placed.entrySet().stream()
        .map(
            entry ->
                new Targets.Group(
                    new Targets.Named(entry.getValue(), selection(entry.getKey().layers())),
                    entry.getKey().ranked().rank(),
                    entry.getKey().ranked().alpha()))
        .toList();
  }

  private LayerSelection selection(Set<Integer> chosen) {
    return chosen.size() == family.graph().layers().size()
        ? LayerSelection.ALL
        : LayerSelection.parse(String.join(",", chosen.stream().map(String::valueOf).toList()));
  }
}
