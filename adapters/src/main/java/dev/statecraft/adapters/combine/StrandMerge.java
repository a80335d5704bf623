package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.combine.method.EdgeUpdates;
import dev.statecraft.adapters.combine.method.LowRankUpdate;
import dev.statecraft.adapters.combine.method.Truncated;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Makes one low-rank update of those of the runs that have an edge. */
record StrandMerge(Torch torch, Combining how, List<Member> members) {
  /**
   * One that is made; whoever asked for it closes it.
   *
   * @param b {@code [out, r]} in float32
   * @param a {@code [r, in]}
   * @param constant {@code [out]}, if there is one
   * @param kept share of the squared norm; empty for one run's update
   */
  record Made(Tensor b, Tensor a, Optional<Tensor> constant, OptionalDouble kept)
      implements AutoCloseable {
    int rank() {
      return Math.toIntExact(a.size(0));
    }

    @Override
    public void close() {
      b.close();
      a.close();
      constant.ifPresent(Tensor::close);
    }
  }

  /** The update of an edge. */
  Made of(String edge, List<Strand> strands) {
    try (Scope scope = torch.scope()) {
      if (strands.size() == 1) {
        return alone(edge, strands.get(0));
      }
      List<LowRankUpdate> updates = new ArrayList<>();
      List<Optional<Tensor>> constants = new ArrayList<>();
      for (Strand strand : strands) {
        Strand.Update update = read(edge, strand);
        updates.add(update.lowRank());
        constants.add(update.constant());
      }
      List<Integer> runs = strands.stream().map(Strand::run).toList();
      Truncated found = how.method().combine(new EdgeUpdates(edge, runs, updates));
      LowRankUpdate update = found.update().reduced();
      double kept = found.kept();
      if (how.rank().isPresent() && update.rank() > how.rank().getAsInt()) {
        Truncated less = update.truncated(how.rank().getAsInt());
        update = less.update();
        kept *= less.kept();
      }
      return made(update, constant(constants, runs), OptionalDouble.of(kept));
    }
  }

  /** Reads a run's update: nothing can be said of a product that is not finite. */
  Strand.Update read(String edge, Strand strand) {
    Strand.Update update = strand.reader().read(torch);
    Member member = members.get(strand.run());
    member.requireFinite(update.lowRank().a(), edge);
    member.requireFinite(update.lowRank().b(), edge);
    update.constant().ifPresent(constant -> member.requireFinite(constant, edge));
    return update;
  }

  private Made alone(String edge, Strand strand) {
    Strand.Update update = read(edge, strand);
    double factor = how.alone(strand.run()).orElse(1);
    return made(
        update.lowRank().scaled(factor),
        update.constant().map(constant -> constant.mul(factor)),
        OptionalDouble.empty());
  }

  /** Constants are trained values like any others. */
  private Optional<Tensor> constant(List<Optional<Tensor>> constants, List<Integer> runs) {
    Optional<Tensor> some = constants.stream().flatMap(Optional::stream).findFirst();
    if (some.isEmpty()) {
      return Optional.empty();
    }
    int size = Math.toIntExact(some.get().elements());
    List<double[]> values =
        constants.stream().map(c -> c.map(Tensor::toDoubles).orElse(new double[size])).toList();
    int[] indices = runs.stream().mapToInt(Integer::intValue).toArray();
    return Optional.of(torch.of(DType.FLOAT64, how.method().values(values, indices), size));
  }

  private static Made made(LowRankUpdate update, Optional<Tensor> constant, OptionalDouble kept) {
    return new Made(held(update.b()), held(update.a()), constant.map(StrandMerge::held), kept);
  }

  private static Tensor held(Tensor value) {
    return value.copyTo(DType.FLOAT32).contiguous().escape();
  }
}
