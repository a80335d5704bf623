package dev.statecraft.studio.advise;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** By what edges are ranked. The last three look at no data: what the others are judged against. */
public enum AdviceScore {
  /** Share of the edge in the trace of the finite-horizon Gramian. */
  CONTROLLABILITY(AdvisedEdge::controllability),
  /** Column sum of the relative gain array. */
  GAIN(AdvisedEdge::gain),
  /** Norm of the gradient at zero, normalised by the covariance of what the edge reads. */
  GRADIENT(AdvisedEdge::gradient),
  /** Edges evenly spread over the candidates. */
  UNIFORM(edge -> 0),
  /** Edges of the first layers. */
  FIRST(edge -> -edge.layer()),
  /** Edges of the last layers. */
  LAST(AdvisedEdge::layer);

  private final ToDoubleFunction<AdvisedEdge> value;

  AdviceScore(ToDoubleFunction<AdvisedEdge> value) {
    this.value = value;
  }

  /** What is better is higher. */
  public double of(AdvisedEdge edge) {
    return value.applyAsDouble(edge);
  }

  /** Whether it was measured. */
  public boolean isMeasured() {
    return ordinal() <= GRADIENT.ordinal();
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
