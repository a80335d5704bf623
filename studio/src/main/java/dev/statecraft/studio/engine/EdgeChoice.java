package dev.statecraft.studio.engine;

import dev.statecraft.base.Units;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.advise.Candidate;
import dev.statecraft.studio.advise.AdviceBudget;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdvisedEdge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Chooses edges under a budget, greedily: in the order of their score, or where the budget is one
 * of bytes or parameters, of the score for each of these.
 *
 * @param score by what
 * @param costs of edges
 * @param function what a chosen edge computes
 * @param places where the edges are, by the edge
 */
record EdgeChoice(
    AdviceScore score, EdgeCosts costs, String function, Map<AdvisedEdge, Candidate> places) {
  /** The edges, the best by their score first. */
  List<AdvisedEdge> ranked(List<AdvisedEdge> edges) {
    return score == AdviceScore.UNIFORM
        ? spread(edges)
        : edges.stream().sorted(Comparator.comparing((AdvisedEdge e) -> -score.of(e))).toList();
  }

  /**
   * Any first few of which are evenly spread over all: in the order of their index with its bits
   * reversed (van der Corput).
   */
  private static List<AdvisedEdge> spread(List<AdvisedEdge> edges) {
    return IntStream.range(0, edges.size())
        .boxed()
        .sorted(Comparator.comparing(i -> Integer.reverse(i) >>> 1))
        .map(edges::get)
        .toList();
  }

  /**
   * Those that the budget is enough for.
   *
   * @param ranked the best first
   * @throws UsageException if it is not enough for one
   */
  Set<AdvisedEdge> chosen(List<AdvisedEdge> ranked, AdviceBudget budget) {
    if (budget instanceof AdviceBudget.Edges edges) {
      return new HashSet<>(ranked.subList(0, Math.min(edges.count(), ranked.size())));
    }
    if (budget instanceof AdviceBudget.Parameters parameters) {
      return withinParameters(ranked, parameters.count());
    }
    return withinBytes(ranked, ((AdviceBudget.Bytes) budget).bytes());
  }

  private Set<AdvisedEdge> withinParameters(List<AdvisedEdge> ranked, long most) {
    Set<AdvisedEdge> chosen = new HashSet<>();
    long sum = 0;
    for (AdvisedEdge edge : byCost(ranked, AdvisedEdge::parameters)) {
      if (sum + edge.parameters() <= most) {
        chosen.add(edge);
        sum += edge.parameters();
      }
    }
    if (chosen.isEmpty()) {
      long least = ranked.stream().mapToLong(AdvisedEdge::parameters).min().orElseThrow();
      throw new UsageException(
          "parameters: expected at least the " + least + " of one edge, found " + most);
    }
    return chosen;
  }

  private Set<AdvisedEdge> withinBytes(List<AdvisedEdge> ranked, long most) {
    Set<AdvisedEdge> chosen = new HashSet<>();
    List<Candidate> edges = new ArrayList<>();
    long least = Long.MAX_VALUE;
    for (AdvisedEdge edge : byCost(ranked, AdvisedEdge::bytes)) {
      List<Candidate> more = new ArrayList<>(edges);
      more.add(places.get(edge));
      long peak = costs.step(more, function).peakBytes();
      if (peak <= most) {
        edges = more;
        chosen.add(edge);
      } else if (edges.isEmpty()) {
        least = Math.min(least, peak);
      }
    }
    if (chosen.isEmpty()) {
      throw new UsageException(
          "budget: expected at least the "
              + Units.bytes(least)
              + " of a training step of one edge, found "
              + Units.bytes(most));
    }
    return chosen;
  }

  /** What was measured counts for each unit of cost; the orders of the others are what they are. */
  private List<AdvisedEdge> byCost(List<AdvisedEdge> ranked, ToLongFunction<AdvisedEdge> cost) {
    return score.isMeasured()
        ? ranked.stream()
            .sorted(Comparator.comparing((AdvisedEdge e) -> -score.of(e) / cost.applyAsLong(e)))
            .toList()
        : ranked;
  }
}
