package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;

/** Updates, inputs and edges of random shapes, by a seed. */
final class RandomUpdates {
  private final Torch torch;
  private final Random random;

  RandomUpdates(Torch torch, long seed) {
    this.torch = torch;
    this.random = new Random(seed);
  }

  /** A number from {@code from} to {@code to}, both included. */
  int between(int from, int to) {
    return from + random.nextInt(to - from + 1);
  }

  Tensor normal(long... shape) {
    double[] values = normals((int) (shape[0] * shape[1]));
    return torch.of(DType.FLOAT64, values, shape);
  }

  double[] normals(int count) {
    return random.doubles(count, -1, 1).map(x -> x + 0.3 * random.nextGaussian()).toArray();
  }

  LowRankUpdate update(int out, int in, int rank) {
    return new LowRankUpdate(normal(out, rank), normal(rank, in));
  }

  /** An edge that so many runs have, of ranks that may be beyond its size. */
  EdgeUpdates edge(int runs) {
    int out = between(3, 24);
    int in = between(3, 24);
    List<LowRankUpdate> updates = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      updates.add(update(out, in, between(1, 7)));
    }
    return new EdgeUpdates("layers.0", IntStream.range(0, runs).boxed().toList(), updates);
  }

  /** The same edge, its runs in another order. */
  static EdgeUpdates reversed(EdgeUpdates edge) {
    List<Integer> runs = new ArrayList<>();
    List<LowRankUpdate> updates = new ArrayList<>();
    for (int i = edge.count() - 1; i >= 0; i--) {
      runs.add(edge.runs().get(i));
      updates.add(edge.updates().get(i));
    }
    return new EdgeUpdates(edge.edge(), runs, updates);
  }

  /** Every method, for up to so many runs. */
  List<CombineMethod> methods(EdgeUpdates edge) {
    int runs = edge.count();
    RunWeights weights =
        new RunWeights(IntStream.range(0, runs).mapToObj(i -> random.nextDouble() + 0.1).toList());
    List<Tensor> inputs =
        IntStream.range(0, runs).mapToObj(i -> normal(between(1, 40), edge.in())).toList();
    int rank = between(1, 9);
    return List.of(
        new Average(),
        new Linear(weights),
        new Svd(rank, weights),
        new Svd(rank, RunWeights.ONES),
        new Ties(random.nextDouble(), weights, OptionalInt.empty()),
        new Ties(1, RunWeights.ONES, OptionalInt.of(rank)),
        new Dare(random.nextDouble() * 0.9, 7, keys(runs), OptionalInt.empty()),
        new Dare(0.5, 8, keys(runs), OptionalInt.of(rank)),
        new Knots(random.nextDouble()),
        new TsvM(),
        new ZipLora(random.nextDouble() * 0.1, 60, (name, run) -> inputs.get(run)),
        kLora(runs, List.of(edge)));
  }

  static List<String> keys(int runs) {
    return IntStream.range(0, runs).mapToObj(i -> "run-" + i).toList();
  }

  /** K-LoRA with the totals of these edges. */
  static KLora kLora(int runs, List<EdgeUpdates> edges) {
    Double[] totals = new Double[runs];
    Arrays.fill(totals, 0.0);
    for (EdgeUpdates edge : edges) {
      for (int i = 0; i < edge.count(); i++) {
        totals[edge.runs().get(i)] += KLora.total(edge.updates().get(i));
      }
    }
    return new KLora(List.of(totals));
  }
}
