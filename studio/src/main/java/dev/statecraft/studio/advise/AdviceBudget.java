package dev.statecraft.studio.advise;

import dev.statecraft.base.Units;
import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** How many edges are chosen: greedily, the best first. */
public sealed interface AdviceBudget {
  /** As many as a training step has room for, the best for each byte first. */
  record Bytes(long bytes) implements AdviceBudget {
    @Override
    public List<AdvisedEdge> choose(
        AdviceScore score, List<AdvisedEdge> ranked, ToLongFunction<List<AdvisedEdge>> step) {
      List<AdvisedEdge> chosen = List.of();
      long least = Long.MAX_VALUE;
      for (AdvisedEdge edge : score.perUnit(ranked, AdvisedEdge::bytes)) {
        List<AdvisedEdge> more = new ArrayList<>(chosen);
        more.add(edge);
        long peak = step.applyAsLong(more);
        if (peak <= bytes) {
          chosen = more;
        } else if (chosen.isEmpty()) {
          least = Math.min(least, peak);
        }
      }
      if (chosen.isEmpty()) {
        throw new UsageException(
            "budget: expected at least the "
                + Units.bytes(least)
                + " of a training step of one edge, found "
                + Units.bytes(bytes));
      }
      return chosen;
    }

    @Override
    public String describe() {
      return "a training step of " + Units.bytes(bytes);
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("bytes", bytes);
    }
  }

  /**
   * As many as so many trained parameters are enough for, those of a head not counted, the best for
   * each parameter first.
   *
   * @param count 1 or more
   */
  record Parameters(long count) implements AdviceBudget {
    public Parameters {
      if (count < 1) {
        throw new UsageException("parameters: expected 1 or more, found " + count);
      }
    }

    @Override
    public List<AdvisedEdge> choose(
        AdviceScore score, List<AdvisedEdge> ranked, ToLongFunction<List<AdvisedEdge>> step) {
      List<AdvisedEdge> chosen = new ArrayList<>();
      long left = count;
      for (AdvisedEdge edge : score.perUnit(ranked, AdvisedEdge::parameters)) {
        if (edge.parameters() <= left) {
          chosen.add(edge);
          left -= edge.parameters();
        }
      }
      if (chosen.isEmpty()) {
        long least = ranked.stream().mapToLong(AdvisedEdge::parameters).min().orElseThrow();
        throw new UsageException(
            "parameters: expected at least the " + least + " of one edge, found " + count);
      }
      return chosen;
    }

    @Override
    public String describe() {
      return Units.count(count) + (count == 1 ? " parameter" : " parameters");
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("parameters", count);
    }
  }

  /**
   * So many, or all if there are fewer.
   *
   * @param count 1 or more
   */
  record Edges(int count) implements AdviceBudget {
    public Edges {
      if (count < 1) {
        throw new UsageException("edges: expected 1 or more, found " + count);
      }
    }

    @Override
    public List<AdvisedEdge> choose(
        AdviceScore score, List<AdvisedEdge> ranked, ToLongFunction<List<AdvisedEdge>> step) {
      return ranked.subList(0, Math.min(count, ranked.size()));
    }

    @Override
    public String describe() {
      return count == 1 ? "1 edge" : count + " edges";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("edges", count);
    }
  }

  /**
   * Chooses.
   *
   * @param score by what edges are ranked
   * @param ranked the edges, the best first
   * @param step the predicted peak of a training step of some edges, in bytes
   * @throws UsageException if it is not enough for one edge
   */
  List<AdvisedEdge> choose(
      AdviceScore score, List<AdvisedEdge> ranked, ToLongFunction<List<AdvisedEdge>> step);

  /** In words. */
  String describe();

  /** As JSON has it: what is counted, and how much of it there may be. */
  Map<String, Object> toMap();
}
