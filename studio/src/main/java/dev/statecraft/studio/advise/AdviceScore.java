package dev.statecraft.studio.advise;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** By what edges are ranked. The last three look at no data: what the others are judged against. */
public enum AdviceScore {
  /** Share of the edge in the trace of the finite-horizon Gramian. */
  CONTROLLABILITY,
  /** Column sum of the relative gain array. */
  GAIN,
  /** Norm of the gradient at zero, normalised by the covariance of what the edge reads. */
  GRADIENT,
  /** Edges evenly spread over the candidates. */
  UNIFORM,
  /** Edges of the first layers. */
  FIRST,
  /** Edges of the last layers. */
  LAST;

  /** The edges, the best first. */
  public List<AdvisedEdge> ranked(List<AdvisedEdge> edges) {
    return this == UNIFORM
        ? spread(edges)
        : edges.stream().sorted(Comparator.comparing((AdvisedEdge e) -> -of(e))).toList();
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
   * What was measured counts for each unit of a cost; the orders of the others are what they are.
   */
  List<AdvisedEdge> perUnit(List<AdvisedEdge> ranked, ToLongFunction<AdvisedEdge> cost) {
    return isMeasured()
        ? ranked.stream()
            .sorted(Comparator.comparing((AdvisedEdge e) -> -of(e) / cost.applyAsLong(e)))
            .toList()
        : ranked;
  }

  /** What is better is higher. */
  public double of(AdvisedEdge edge) {
    return switch (this) {
      case CONTROLLABILITY -> edge.controllability();
      case GAIN -> edge.gain();
      case GRADIENT -> edge.gradient();
      case UNIFORM -> 0;
      case FIRST -> -edge.layer();
      case LAST -> edge.layer();
    };
  }

  /** Whether it was measured. */
  public boolean isMeasured() {
    return switch (this) {
      case CONTROLLABILITY, GAIN, GRADIENT -> true;
      case UNIFORM, FIRST, LAST -> false;
    };
  }

  /** Its name on the command line and in files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(AdviceScore::label).toList();
  }

  /**
   * Finds one by its name.
   *
   * @throws UsageException if there is none
   */
  public static AdviceScore parse(String label) {
    return Arrays.stream(values())
        .filter(score -> score.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "score: expected one of " + labels() + ", found '" + label + "'"));
  }
}
