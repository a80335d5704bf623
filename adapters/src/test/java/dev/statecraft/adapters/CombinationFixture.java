package dev.statecraft.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.adapters.combine.Combination;
import dev.statecraft.adapters.combine.CombinedAdapter;
import dev.statecraft.adapters.combine.Combining;
import dev.statecraft.adapters.combine.Member;
import dev.statecraft.adapters.combine.OnCycle;
import dev.statecraft.adapters.combine.method.Average;
import dev.statecraft.adapters.combine.method.CombineMethod;
import dev.statecraft.adapters.combine.method.Linear;
import dev.statecraft.adapters.combine.method.RunWeights;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Random adapters of a tiny model, to be combined and used. */
abstract class CombinationFixture {
  static final Combining AVERAGE =
      new Combining(
          "average",
          new Average(),
          Optional.of((run, runs) -> 1.0 / runs.size()),
          Optional.empty(),
          OptionalInt.empty(),
          OnCycle.ERROR);

  @TempDir Path folder;

  TinyModel tiny;

  final List<Adapter> open = new ArrayList<>();

  final Map<String, double[]> own = new HashMap<>();

  @AfterEach
  void close() {
    open.forEach(Adapter::close);
    if (tiny != null) {
      tiny.close();
    }
  }

  static Combining linear(double... weights) {
    List<Double> all = Arrays.stream(weights).boxed().toList();
    return new Combining(
        "linear",
        new Linear(new RunWeights(all)),
        Optional.of((run, runs) -> all.get(run)),
        Optional.of(all),
        OptionalInt.empty(),
        OnCycle.ERROR);
  }

  static Combining of(String label, CombineMethod method) {
    return new Combining(
        label, method, Optional.empty(), Optional.empty(), OptionalInt.empty(), OnCycle.ERROR);
  }

  /** A random adapter, saved and opened; what it gives is in {@link #own} by its name. */
  Member member(String name, long seed, Tuning... tunings) throws IOException {
    return member(name, seed, AdapterDescription.of("some", "some/model", List.of(tunings)));
  }

  Member member(String name, long seed, AdapterDescription description) throws IOException {
    Path saved = folder.resolve(name);
    Graph tuned = tiny.tuned(description);
    try (Weights weights = tiny.random(tuned, seed)) {
      AdapterFolder.save(saved, description, tiny.family(), weights);
      own.put(name, tiny.logits(tuned, weights));
    }
    return reopened(name, saved);
  }

  Member reopened(String name, Path saved) throws IOException {
    Adapter adapter = AdapterFolder.open(saved);
    open.add(adapter);
    return new Member(name, adapter, tiny.family(), tiny.base());
  }

  /** What the combined adapter gives with the first member's head. */
  double[] logits(CombinedAdapter combined) throws IOException {
    Path saved = folder.resolve("combined" + open.size());
    combined.save(saved, List.of(0), Map.of());
    return logits(saved);
  }

  double[] logits(Path saved) throws IOException {
    try (Adapter adapter = AdapterFolder.open(saved)) {
      Graph graph = adapter.graph(tiny.family());
      try (Weights weights = tiny.load(graph, adapter.weights(tiny.family(), tiny.base()))) {
        return tiny.logits(graph, weights);
      }
    }
  }

  double[] combined(Combining how, Member... members) throws IOException {
    try (CombinedAdapter made = new Combination(List.of(members), how).make(tiny.torch())) {
      return logits(made);
    }
  }

  static void close(double[] found, double[] expected, double tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(1);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], Offset.offset(tolerance * largest));
    }
  }

  static double distance(double[] a, double[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  static LowRank lowRank(int rank, double scale, boolean bias) {
    return new LowRank(rank, scale, bias, 0.1, Initializer.KAIMING);
  }

  Lora lora(int rank, String layers, String... targets) {
    return new Lora(rank, 1.7 * rank, 0, List.of(targets), LayerSelection.parse(layers));
  }

  void open(String model) throws IOException {
    tiny = TinyModel.open(model);
  }

  static StateTuning control(int rank, String layers) {
    return StateTuning.control(lowRank(rank, 1, false), LayerSelection.parse(layers));
  }
}
