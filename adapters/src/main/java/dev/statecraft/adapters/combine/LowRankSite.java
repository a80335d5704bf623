package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.combine.method.LowRankUpdate;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Low-rank edges {@code x_v' = x_v + s (B (A x_u + a) + b)}, made into one with s = 1, a = 0. */
final class LowRankSite extends ControlSite {
  private static final int A = 0;
  private static final int B = 1;
  private static final int INNER = 2;
  private static final int OUTER = 3;

  LowRankSite(Setting setting) {
    super(setting);
  }

  private static LowRank function(Edge edge) {
    return edge.function().lowRank().orElseThrow();
  }

  private boolean biased() {
    return setting().edges().stream().anyMatch(edge -> function(edge).bias());
  }

  @Override
  List<Strand> strands() {
    return setting().edges().stream()
        .map(
            edge ->
                new Strand(
                    edge.run(),
                    function(edge).rank(),
                    function(edge).bias(),
                    torch -> read(edge, torch)))
        .toList();
  }

  private Strand.Update read(Edge edge, Torch torch) {
    List<Parameter> theta = setting().parameters(edge);
    WeightSource trained = setting().member(edge).trained();
    Tensor a = trained.value(torch, theta.get(A), DType.FLOAT64);
    Tensor b = trained.value(torch, theta.get(B), DType.FLOAT64).mul(function(edge).scale());
    if (!function(edge).bias()) {
      return new Strand.Update(new LowRankUpdate(b, a), Optional.empty());
    }
    Tensor inner = trained.value(torch, theta.get(INNER), DType.FLOAT64);
    Tensor outer = trained.value(torch, theta.get(OUTER), DType.FLOAT64);
    Tensor constant =
        b.matmul(inner.view(inner.elements(), 1))
            .view(setting().out())
            .addInPlace(outer, function(edge).scale());
    return new Strand.Update(new LowRankUpdate(b, a), Optional.of(constant));
  }

  @Override
  CombinedEdge planned() {
    List<Integer> ranks = setting().edges().stream().map(edge -> function(edge).rank()).toList();
    return made(
        ranks.size() == 1
            ? ranks.get(0)
            : setting().how().rank(setting().out(), setting().in(), ranks),
        OptionalDouble.empty());
  }

  /** What became of it. */
  private CombinedEdge made(int rank, OptionalDouble kept) {
    long elements = rank * (setting().in() + setting().out());
    return row(
        runs().size() > 1 ? EdgeAction.MERGED : EdgeAction.KEPT,
        OptionalInt.of(rank),
        kept,
        "",
        Float.BYTES * (biased() ? elements + rank + setting().out() : elements));
  }

  @Override
  CombinedEdge became(int rank, OptionalDouble kept) {
    return made(rank, kept);
  }

  @Override
  List<ControlEdge> make(
      Optional<StrandMerge.Made> strands, int rank, PlainValues plain, CombinedValues values) {
    StrandMerge.Made made = strands.orElseThrow();
    LowRank first = function(first());
    LowRank function = new LowRank(rank, 1, biased(), first.dropout(), first.init());
    Torch torch = plain.torch();
    values.putA(setting().theta("A.weight"), made.a(), rank);
    values.putB(setting().theta("B.weight"), made.b(), rank);
    if (biased()) {
      values.put(setting().theta("A.bias"), torch.zeros(DType.FLOAT32, rank).escape());
      values.put(
          setting().theta("B.bias"),
          made.constant()
              .map(Tensor::copy)
              .orElseGet(() -> torch.zeros(DType.FLOAT32, setting().out()))
              .escape());
    }
    return List.of(edge(function));
  }
}
