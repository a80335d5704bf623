package dev.statecraft.adapters.combine;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Bottlenecks {@code s (B f(A x + a) + b)} of one f: side by side they are one, of the sum of their
 * ranks, with the factors in B and b.
 */
final class JoinedSite extends ControlSite {
  JoinedSite(Setting setting) {
    super(setting);
  }

  /** Whether edges are such. */
  static boolean canJoin(Setting setting) {
    return setting.edges().stream().allMatch(edge -> edge.function().bottleneck().isPresent())
        && setting.edges().stream().map(edge -> function(edge).activation()).distinct().count()
            == 1;
  }

  private static Bottleneck function(Edge edge) {
    return edge.function().bottleneck().orElseThrow();
  }

  private int rank() {
    return setting().edges().stream().mapToInt(edge -> function(edge).rank()).sum();
  }

  @Override
  CombinedEdge planned() {
    long bytes = Float.BYTES * (rank() * (setting().in() + setting().out() + 1) + setting().out());
    return row(
        runs().size() > 1 ? EdgeAction.MERGED : EdgeAction.KEPT,
        OptionalInt.of(rank()),
        OptionalDouble.empty(),
        runs().size() > 1 ? "side by side" : "",
        bytes);
  }

  @Override
  List<ControlEdge> make(
      Optional<StrandMerge.Made> made, int unused, PlainValues plain, CombinedValues values) {
    List<List<Tensor>> theta = new ArrayList<>(List.of());
    for (int i = 0; i < 4; i++) {
      theta.add(new ArrayList<>());
    }
    try (Scope scope = plain.torch().scope()) {
      for (Edge edge : setting().edges()) {
        List<Parameter> parameters = setting().parameters(edge);
        double factor = setting().share(edge) * function(edge).scale();
        for (int i = 0; i < 4; i++) {
          Tensor value =
              setting()
                  .member(edge)
                  .trained()
                  .value(plain.torch(), parameters.get(i), DType.FLOAT64);
          boolean outer = parameters.get(i).name().contains(".B.");
          theta.get(i).add(outer ? value.mul(factor) : value);
        }
      }
      values.putCopy(setting().theta("A.weight"), cat(0, theta.get(0)));
      values.putCopy(setting().theta("B.weight"), cat(1, theta.get(1)));
      values.putCopy(setting().theta("A.bias"), cat(0, theta.get(2)));
      values.putCopy(
          setting().theta("B.bias"), theta.get(3).stream().reduce(Tensor::add).orElseThrow());
    }
    return List.of(edge(new Bottleneck(rank(), 1, function(first()).activation())));
  }

  private static Tensor cat(int dim, List<Tensor> parts) {
    return Tensor.cat(dim, parts.toArray(Tensor[]::new));
  }
}
