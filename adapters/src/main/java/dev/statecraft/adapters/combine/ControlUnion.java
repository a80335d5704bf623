package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.PlacedEdge;
import dev.statecraft.core.graph.Dependencies;
import dev.statecraft.core.graph.Graph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** The control edges of all runs, of which those with the same endpoints become one. */
final class ControlUnion {
  private final List<Member> members;
  private final Combining how;
  private final Graph graph;
  private final Map<String, ControlSite> sites = new LinkedHashMap<>();
  private final List<CombinedEdge> trimmed = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  ControlUnion(List<Parts.Of> parts, List<Member> members, Combining how) {
    this.members = members;
    this.how = how;
    graph = members.get(0).family().graph();
    Map<String, List<ControlSite.Edge>> found = new LinkedHashMap<>();
    for (Parts.Of part : parts) {
      for (PlacedEdge placed : part.part().states().orElseThrow().placed(graph)) {
        ControlSite.Edge edge = new ControlSite.Edge(part.run(), placed);
        found.computeIfAbsent(key(found, edge), key -> new ArrayList<>()).add(edge);
      }
    }
    Dependencies dependencies = Dependencies.of(graph);
    Set<String> names = new HashSet<>();
    found.values().forEach(edges -> add(edges, names, dependencies));
    noteOrder();
  }

  /**
   * What edges that are to become one have in common: their endpoints and, where they are no
   * products of two matrices, their name. A run's second edge of a kind is one of its own.
   */
  private static String key(Map<String, List<ControlSite.Edge>> found, ControlSite.Edge edge) {
    PlacedEdge placed = edge.placed();
    String key =
        placed.from()
            + " > "
            + placed.to()
            + (edge.function().lowRank().isPresent() ? "" : " " + placed.prefix());
    boolean again =
        found.getOrDefault(key, List.of()).stream().anyMatch(one -> one.run() == edge.run());
    return again ? key + " " + placed.prefix() : key;
  }

  private void add(List<ControlSite.Edge> edges, Set<String> names, Dependencies dependencies) {
    ControlSite site = ControlSite.of(edges, members, how, graph, names);
    PlacedEdge first = site.first().placed();
    if (!first.from().equals(first.to())) {
      Optional<List<String>> path = dependencies.path(first.to(), first.from());
      if (path.isPresent()) {
        leaveOut(site, path.get());
        return;
      }
      dependencies.add(first.from(), first.to());
    }
    sites.put(site.edge(), site);
  }

  /** Whether one of two edges at a state changes what the other one leaves there. */
  private void noteOrder() {
    Set<String> told = new HashSet<>();
    for (ControlSite one : sites.values()) {
      PlacedEdge first = one.first().placed();
      if (!first.from().equals(first.to())) {
        continue;
      }
      for (ControlSite other : sites.values()) {
        boolean meets = other != one && other.first().placed().to().equals(first.to());
        if (meets && !other.runs().equals(one.runs()) && told.add(CombinedEdge.group(first.to()))) {
          notes.add(
              "edges of "
                  + names(one)
                  + " and "
                  + names(other)
                  + " meet at '"
                  + CombinedEdge.group(first.to())
                  + "', where one changes what the other leaves: they come in the order of the"
                  + " runs");
        }
      }
    }
  }

  /** What one should know of it. */
  List<String> notes() {
    return notes;
  }

  private void leaveOut(ControlSite site, List<String> path) {
    PlacedEdge edge = site.first().placed();
    String closes = Dependencies.text(path) + " -> " + edge.to();
    if (how.onCycle() == OnCycle.ERROR) {
      throw new UsageException(
          "combine: cycle: expected edges that are acyclic together, found that from '"
              + edge.from()
              + "' to '"
              + edge.to()
              + "' of "
              + names(site)
              + " closes "
              + closes
              + partners(path)
              + "; --on-cycle trim leaves it out");
    }
    trimmed.add(
        site.row(
            EdgeAction.TRIMMED, OptionalInt.empty(), OptionalDouble.empty(), "closes " + closes));
  }

  private String names(ControlSite site) {
    return String.join(
        " and ", site.runs().stream().map(run -> "'" + members.get(run).name() + "'").toList());
  }

  /** Which other runs' edges the path goes along. */
  private String partners(List<String> path) {
    List<String> along = new ArrayList<>();
    for (ControlSite other : sites.values()) {
      PlacedEdge edge = other.first().placed();
      int u = path.indexOf(edge.from());
      if (u >= 0 && u + 1 < path.size() && path.get(u + 1).equals(edge.to())) {
        along.add("'" + edge.from() + "' to '" + edge.to() + "' of " + names(other));
      }
    }
    return along.isEmpty() ? "" : " with that from " + String.join(" and ", along);
  }

  /** Low-rank updates of several runs, by the state that they read. */
  Map<String, Meeting> meetings() {
    Map<String, Meeting> found = new LinkedHashMap<>();
    for (ControlSite site : sites.values()) {
      if (site.strands().size() > 1) {
        found.put(
            site.edge(), new Meeting(site.edge(), site.first().placed().from(), site.strands()));
      }
    }
    return found;
  }

  /** What becomes of the edges, before anything is read. */
  List<CombinedEdge> plan() {
    List<CombinedEdge> rows = new ArrayList<>();
    sites.values().forEach(site -> rows.add(site.planned()));
    rows.addAll(trimmed);
    return rows;
  }

  /**
   * What a control edge computes in the layers in which it is the same.
   *
   * @param edge with its function
   * @param of tells routed edges of two runs apart, which must not read each other; -1 for others
   */
  private record Same(ControlEdge edge, int of) {}

  /**
   * Makes the edges.
   *
   * @param parts gets the parts of the combined adapter
   * @param rows gets what became of the edges
   */
  void make(
      StrandMerge merge,
      PlainValues plain,
      CombinedValues values,
      List<AdapterPart> parts,
      List<CombinedEdge> rows) {
    Map<String, StrandMerge.Made> made = new LinkedHashMap<>();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    try {
      for (ControlSite site : sites.values()) {
        if (site.isMade()) {
          StrandMerge.Made one = merge.of(site.edge(), site.strands());
          made.put(site.edge(), one);
          ranks.merge(site.alike(), one.rank(), Math::max);
        }
      }
      Map<Same, List<Integer>> layers = new LinkedHashMap<>();
      for (ControlSite site : sites.values()) {
        Optional<StrandMerge.Made> one = Optional.ofNullable(made.get(site.edge()));
        int rank = ranks.getOrDefault(site.alike(), 0);
        for (ControlEdge edge : site.make(one, rank, plain, values)) {
          ControlFunction function = edge.function();
          int of = function.routed().isPresent() ? site.first().run() : -1;
          List<Integer> some = layers.computeIfAbsent(new Same(edge, of), key -> new ArrayList<>());
          site.first().placed().layer().ifPresent(some::add);
        }
        rows.add(one.map(m -> site.became(rank, m.kept())).orElseGet(site::planned));
      }
      rows.addAll(trimmed);
      parts.addAll(parts(layers));
    } finally {
      made.values().forEach(StrandMerge.Made::close);
    }
  }

  private List<AdapterPart> parts(Map<Same, List<Integer>> layers) {
    Map<List<Integer>, List<ControlEdge>> together = new LinkedHashMap<>();
    layers.forEach(
        (same, chosen) -> {
          List<Integer> key = new ArrayList<>(chosen);
          key.add(-1 - same.of()); // No layer: only so that routed edges of two runs stay apart.
          together.computeIfAbsent(key, any -> new ArrayList<>()).add(same.edge());
        });
    List<AdapterPart> parts = new ArrayList<>();
    together.forEach(
        (key, edges) -> parts.add(ControlSite.part(edges, key.subList(0, key.size() - 1), graph)));
    return parts;
  }
}
