package dev.statecraft.adapters;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The low-rank control edges of a tuned graph as edges between modules.
 *
 * @param edges those for which there are modules
 * @param problem why one has none; empty if all have
 */
record StateftEdges(List<ModuleEdge> edges, Optional<String> problem) {
  /**
   * One edge.
   *
   * @param parameters what the names of its parameters begin with, without the last dot
   * @param modules {@code HEAD-TO-TAIL}
   */
  record ModuleEdge(String parameters, String modules) {}

  static StateftEdges of(TaskModel family, Graph tuned) {
    ModuleStates states = ModuleStates.of(family);
    List<ModuleEdge> found = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Edge edge : tuned.edges()) {
      boolean control =
          edge.parameters().size() == 2
              && edge.parameters().stream().allMatch(p -> p.role() == Parameter.Role.CONTROL);
      if (!control) {
        continue;
      }
      String from = edge.inputs().get(1).name();
      String to = edge.name().replaceAll("@\\d+$", "");
      Optional<String> modules = modules(states, tuned, from, to);
      if (modules.isEmpty() || !taken.add(modules.get())) {
        String what =
            modules
                .map(name -> "one edge of a name, found '" + name + "' twice")
                .orElse("edges from what enters a module to what leaves one, found one");
        return new StateftEdges(found, Optional.of(what + " from '" + from + "' to '" + to + "'"));
      }
      String a = edge.parameters().get(0).name();
      String begin = a.substring(0, a.length() - "A.weight".length());
      found.add(
          new ModuleEdge(
              begin.endsWith(".") ? begin.substring(0, begin.length() - 1) : begin, modules.get()));
    }
    return new StateftEdges(found, Optional.empty());
  }

  private static Optional<String> modules(
      ModuleStates states, Graph tuned, String from, String to) {
    List<ModuleStates.Ends> heads = states.entered(from);
    List<ModuleStates.Ends> tails = states.left(to);
    // A linear's LoRA is an edge of the linear, not of the attention that it is in.
    Optional<ModuleStates.Ends> both = heads.stream().filter(tails::contains).findFirst();
    Optional<ModuleStates.Ends> head = both.or(() -> heads.stream().findFirst());
    Optional<ModuleStates.Ends> tail =
        both.or(() -> tails.stream().filter(ModuleStates.Ends::inLayer).findFirst())
            .or(() -> addend(states, tuned, to))
            .or(() -> tails.stream().findFirst());
    return head.flatMap(
        h ->
            tail.map(
                t ->
                    ModuleEdges.Pair.dashed(h.module())
                        + "-TO-"
                        + ModuleEdges.Pair.dashed(t.module())));
  }

  /** Adding to a sum is adding to its second term, if nothing else reads that. */
  private static Optional<ModuleStates.Ends> addend(ModuleStates states, Graph tuned, String sum) {
    String first = tuned.contains(sum + "@0") ? sum + "@0" : sum;
    return tuned
        .producer(first)
        .filter(edge -> edge.op().name().equals("add"))
        .map(edge -> edge.inputs().get(1).name())
        .filter(term -> tuned.consumers(term).size() == 1)
        .flatMap(term -> states.left(term).stream().filter(ModuleStates.Ends::inLayer).findFirst());
  }
}
