package dev.statecraft.studio.advise;

/**
 * A candidate for a control edge, and what was measured of it.
 *
 * @param place what it goes around or along: a block ({@code attn}, {@code mlp}, {@code block} for
 *     the whole layer) or a linear ({@code q_proj})
 * @param layer index of its layer
 * @param from name of u
 * @param to name of v
 * @param controllability its share of the trace of the sum of all candidates' Gramians, from 0 to 1
 * @param smallestEigenvalue of its Gramian on the labels' subspace: how much it moves the direction
 *     that it moves least
 * @param gain column sum of the relative gain array of the edges' first steps, from 0 to 1: near 1
 *     if no other moves the same outputs as far
 * @param gradient norm of its gradient at zero, normalised by the covariance of what it reads
 * @param bytes of memory that a training step of this edge alone takes beside the frozen weights
 * @param parameters that it trains
 * @param chosen whether the recipe has it
 */
public record AdvisedEdge(
    String place,
    int layer,
    String from,
    String to,
    double controllability,
    double smallestEigenvalue,
    double gain,
    double gradient,
    long bytes,
    long parameters,
    boolean chosen) {
  /** The same, chosen. */
  public AdvisedEdge choose() {
    return new AdvisedEdge(
        place,
        layer,
        from,
        to,
        controllability,
        smallestEigenvalue,
        gain,
        gradient,
        bytes,
        parameters,
        true);
  }
}
