package dev.statecraft.core.graph;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * A and B of a low-rank update of a weight W that start together. Where they start as a part of W
 * ({@link Initializer.Kind#takesFromSource}), W is held as {@code W - s B0 A0}, with the A0 and B0
 * that they start at, wherever A and B are by now; so W as it is in a checkpoint says all.
 *
 * @param weight name of W {@code [out, in]}
 * @param a A {@code [r, in]}
 * @param b B {@code [out, r]}
 */
public record FactorPair(String weight, Parameter a, Parameter b) {

  /** The pairs of a graph: the first two such parameters of an edge are A and B. */
  public static List<FactorPair> of(Graph graph) {
    List<FactorPair> pairs = new ArrayList<>();
    for (Edge edge : graph.edges()) {
      List<Parameter> paired =
          edge.parameters().stream().filter(p -> p.init().kind().isPaired()).toList();
      if (!paired.isEmpty()) {
        pairs.add(new FactorPair(paired.get(0).init().source(), paired.get(0), paired.get(1)));
      }
    }
    return pairs;
  }

  /** Whether W is held less what A and B start at. */
  public boolean takesFromWeight() {
    return a.init().kind().takesFromSource();
  }

  /** s. */
  public double scale() {
    return a.init().scale();
  }

  /**
   * What A and B start at as a part of W, rounded to a type.
   *
   * @param wide W {@code [out, in]} in float64
   * @param type of A and B
   */
  public Factors partOf(Tensor wide, DType type) {
    int rank = Math.toIntExact(a.size(0));
    try (Factors exact =
        a.init().kind() == Initializer.Kind.PRINCIPAL
            ? Factors.principal(wide, rank, scale())
            : Factors.triangular(wide, rank)) {
      Tensor first = exact.a().copyTo(type).escape();
      return new Factors(first, exact.b().copyTo(type).escape());
    }
  }

  /** What A and B start at by chance. */
  public Factors drawn(Torch torch, Generator generator, DType type) {
    int rank = Math.toIntExact(a.size(0));
    return Factors.orthogonal(torch, generator, type, rank, a.size(1), b.size(0));
  }

  /**
   * {@code W - s B0 A0}, in place.
   *
   * @param wide W in float64
   */
  public void takeOff(Tensor wide, Factors start) {
    try (Scope scope = wide.torch().scope()) {
      wide.addmmInPlace(start.b().as(wide.dtype()), start.a().as(wide.dtype()), 1, -scale());
    }
  }
}
