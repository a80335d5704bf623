package dev.statecraft.studio.engine;

import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.data.MicroBatch;
import dev.statecraft.training.task.ExampleSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What of the data is looked at.
 *
 * @param microBatches of the examples whose loss is looked at
 * @param labels how many labels these have
 * @param rows how many tokens
 * @param subspace the outputs that labels name: all classes, or the most frequent label tokens
 * @param probes examples whose outputs are looked at
 */
record AdviceSample(
    List<List<Integer>> microBatches,
    long labels,
    long rows,
    List<Integer> subspace,
    List<Probe> probes) {
  /** Most outputs that labels name. */
  private static final int SUBSPACE = 8;

  /** Outputs drawn by chance, where there are too many for all. */
  private static final int DRAWN = 4;

  /** Examples whose outputs are looked at, for each of those whose loss is. */
  private static final int FEWER = 2;

  /**
   * A pass over one example.
   *
   * @param example which
   * @param outputs what is asked of it, once for each replica
   * @param label which of its labels is asked for
   */
  record Probe(int example, List<Integer> outputs, int label) {}

  /**
   * Chooses examples that are evenly spread over all.
   *
   * @param outputs of the model
   * @param limit what is computed at once
   * @param room tokens of the largest micro-batch; no pass has more
   * @param most examples
   */
  static AdviceSample of(
      ExampleSet examples, int outputs, BatchLimit limit, int room, int most, long seed) {
    int[] lengths = examples.lengths();
    List<Integer> chosen = spread(IntStream.range(0, lengths.length).boxed().toList(), most);
    int[] own = chosen.stream().mapToInt(index -> lengths[index]).toArray();
    List<List<Integer>> parts =
        new BatchSampler(own, limit, 1, 0)
            .inOrder().stream()
                .map(MicroBatch::examples)
                .map(part -> part.stream().map(chosen::get).toList())
                .toList();
    List<Integer> named = named(examples, outputs);
    int drawn = outputs > named.size() ? DRAWN : 0;
    // As many copies as half of the examples have room for: a few outputs of many examples say
    // more than all outputs of a few.
    int[] ascending = Arrays.stream(lengths).sorted().toArray();
    int replicas =
        Math.max(1, Math.min(named.size() + drawn, room / ascending[ascending.length / 2]));
    int byChance = Math.min(drawn, replicas / 3);
    List<Integer> subspace = named.subList(0, Math.min(named.size(), replicas - byChance));
    List<Integer> fitting =
        IntStream.range(0, lengths.length)
            .filter(index -> (long) replicas * lengths[index] <= room)
            .boxed()
            .toList();
    Random random = new Random(seed);
    List<Probe> probes = new ArrayList<>();
    for (int example : spread(fitting, Math.max(1, chosen.size() / FEWER))) {
      List<Integer> asked = new ArrayList<>(subspace);
      random.ints(byChance, 0, outputs).forEach(asked::add);
      int label = random.nextInt(Math.toIntExact(examples.labels(List.of(example))));
      probes.add(new Probe(example, asked, label));
    }
    return new AdviceSample(
        parts, examples.labels(chosen), Arrays.stream(own).asLongStream().sum(), subspace, probes);
  }

  /** How many examples' losses are looked at. */
  int examples() {
    return microBatches.stream().mapToInt(List::size).sum();
  }

  /** At most so many, evenly spread. */
  private static List<Integer> spread(List<Integer> all, int most) {
    int count = Math.min(all.size(), most);
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  /** All outputs if they are few, else the tokens that labels name most often, or first classes. */
  private static List<Integer> named(ExampleSet examples, int outputs) {
    List<Integer> all = IntStream.range(0, Math.min(outputs, SUBSPACE)).boxed().toList();
    if (outputs <= SUBSPACE || examples.written().isEmpty()) {
      return all;
    }
    Map<Integer, Integer> counts = new HashMap<>();
    for (LabelledTokens text : examples.written()) {
      Arrays.stream(text.labels())
          .filter(label -> label != LabelledTokens.IGNORED)
          .forEach(label -> counts.merge(label, 1, Integer::sum));
    }
    return counts.keySet().stream()
        .sorted(Comparator.comparing((Integer id) -> -counts.get(id)).thenComparing(id -> id))
        .limit(SUBSPACE)
        .toList();
  }
}
