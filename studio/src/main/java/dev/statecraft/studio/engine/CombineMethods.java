package dev.statecraft.studio.engine;

import dev.statecraft.adapters.combine.Combination;
import dev.statecraft.adapters.combine.CombinedEdge;
import dev.statecraft.adapters.combine.Combining;
import dev.statecraft.adapters.combine.Member;
import dev.statecraft.adapters.combine.method.Average;
import dev.statecraft.adapters.combine.method.CombineMethod;
import dev.statecraft.adapters.combine.method.Dare;
import dev.statecraft.adapters.combine.method.EdgeInputs;
import dev.statecraft.adapters.combine.method.KLora;
import dev.statecraft.adapters.combine.method.Knots;
import dev.statecraft.adapters.combine.method.Linear;
import dev.statecraft.adapters.combine.method.RunWeights;
import dev.statecraft.adapters.combine.method.Svd;
import dev.statecraft.adapters.combine.method.Ties;
import dev.statecraft.adapters.combine.method.TsvM;
import dev.statecraft.adapters.combine.method.ZipLora;
import dev.statecraft.studio.combine.CombineSettings;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The methods of combining by their words. Two ask for more than settings: {@code klora} for how
 * large runs' updates are, {@code ziplora} for what enters the edges.
 */
record CombineMethods(CombineSettings settings, List<Member> members) {
  /** The combination as plans see it: nothing is read of the values. */
  Combination planned() {
    List<Double> none = Collections.nCopies(members.size(), 1.0);
    EdgeInputs unread =
        (edge, run) -> {
          throw new IllegalStateException("a plan reads no inputs");
        };
    return new Combination(members, how(none, unread));
  }

  /**
   * The combination with all that its method asks for.
   *
   * @param inputs of the edges on which updates meet, if the method reads them
   */
  Combination ready(Torch torch, Function<Combination, EdgeInputs> inputs) {
    Combination plan = planned();
    return switch (settings.method()) {
      case "klora" -> {
        double[] totals = plan.magnitudes(torch);
        yield new Combination(
            members, how(Arrays.stream(totals).boxed().toList(), (edge, run) -> null));
      }
      case "ziplora" -> new Combination(members, how(List.of(), inputs.apply(plan)));
      default -> plan;
    };
  }

  private Combining how(List<Double> totals, EdgeInputs inputs) {
    RunWeights weights = settings.weights().map(RunWeights::new).orElse(RunWeights.ONES);
    OptionalInt rank = settings.rank();
    CombineMethod method =
        switch (settings.method()) {
          case "average" -> new Average();
          case "linear" -> new Linear(weights);
          case "svd" -> new Svd(rank.orElseGet(this::largestRank), weights);
          case "ties" -> new Ties(settings.density(), weights, rank);
          case "dare" -> new Dare(settings.drop(), settings.seed(), names(), rank);
          case "knots" -> new Knots(settings.density());
          case "tsv" -> new TsvM();
          case "ziplora" -> new ZipLora(settings.lambda(), settings.iterations(), inputs);
          case "klora" -> new KLora(totals);
          default -> throw new IllegalStateException("no method is called " + settings.method());
        };
    return new Combining(
        settings.method(), method, shares(), settings.weights(), rank, settings.onCycle());
  }

  private List<String> names() {
    return members.stream().map(Member::name).toList();
  }

  private Optional<Combining.Shares> shares() {
    return switch (settings.method()) {
      case "average" -> Optional.of((run, runs) -> 1.0 / runs.size());
      case "linear" -> Optional.of((run, runs) -> settings.weights().orElseThrow().get(run));
      default -> Optional.empty();
    };
  }

  /** The largest rank of any run's update: what a best approximation has if nothing is said. */
  private int largestRank() {
    CombineSettings average = CombineSettings.of("average").withOnCycle(settings.onCycle());
    return new CombineMethods(average, members)
        .planned().plan().stream()
            .map(CombinedEdge::ranks)
            .flatMap(List::stream)
            .mapToInt(Integer::intValue)
            .max()
            .orElse(1);
  }
}
