package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Tunings;
import dev.statecraft.cli.run.PeakMemory;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.config.BertConfig;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.config.ModelConfig;
import dev.statecraft.models.config.VitConfig;
import dev.statecraft.models.data.LabelledTokens;
import dev.statecraft.models.family.Encoder;
import dev.statecraft.models.family.Head;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.family.Llama;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.Vit;
import dev.statecraft.models.train.DryRun;
import dev.statecraft.models.train.MemoryUse;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Measures training steps of a model of a given shape on random weights and random data. */
record StepBenchmark(BenchRequest request, ModelFamily family, Graph graph) {
  private static final int CLASSES = 2;

  static StepBenchmark of(BenchRequest request) throws IOException {
    ModelFamily family = family(ModelConfig.read(request.config()));
    Graph graph = Tunings.of(request.method(), Models.defaults(family)).apply(family.graph());
    return new StepBenchmark(request, family, graph);
  }

  /** A model of this shape, with a head for a task of two classes if it is an encoder. */
  private static ModelFamily family(ModelConfig config) {
    if (config instanceof LlamaConfig llama) {
      return new Llama(llama);
    }
    if (config instanceof BertConfig bert) {
      Head head = Head.classification(CLASSES, Head.Pooling.FIRST);
      return new Encoder(bert, head, bert.modelType() + ".");
    }
    return new Vit((VitConfig) config, CLASSES);
  }

  BenchResult run() {
    MemoryUse predicted = DryRun.step(graph, request.dtype(), request.store(), this::batch);
    StatePlan plan = StatePlan.training(graph, ModelFamily.LOSS, Set.of(), request.store());
    try (Torch torch = Torch.cpu();
        Weights weights = Weights.random(torch, graph, request.dtype(), 0);
        AdamW optimizer = new AdamW(weights, AdamW.Options.withDecay(0.01))) {
      OptimizerStep step =
          new OptimizerStep(
              plan, ModelFamily.LOSS, weights, optimizer, Double.POSITIVE_INFINITY, 0);
      torch.resetPeak();
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < request.steps(); i++) {
        long start = System.nanoTime();
        step.run(List.of(() -> batch(torch)), labels(), 1e-4);
        seconds.add((System.nanoTime() - start) / 1e9);
      }
      double median = median(seconds.subList(1, seconds.size()));
      MemoryUse used;
      try (Batch batch = batch(torch)) {
        used = MemoryUse.of(plan, weights, batch.extents(), torch.peakBytes());
        return new BenchResult(
            weights.trainableCount(),
            weights.frozenBytes(),
            median,
            batch.layout().tokens() / median,
            PeakMemory.bytes(),
            used.peakBytes(),
            predicted.peakBytes(),
            used.categories());
      }
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private long labels() {
    return family instanceof Llama
        ? (long) request.batch() * (request.sequence() - 1)
        : request.batch();
  }

  /** Every token a target for a language model; classes otherwise. */
  private Batch batch(Torch torch) {
    if (family instanceof Vit vit) {
      VitConfig config = vit.config();
      int pixels = config.numChannels() * config.imageSize() * config.imageSize();
      return ImageBatches.classified(
          torch,
          config,
          request.dtype(),
          new float[request.batch() * pixels],
          new int[request.batch()]);
    }
    List<int[]> ids = ids();
    if (family instanceof Encoder encoder) {
      List<int[]> types = ids.stream().map(sequence -> new int[sequence.length]).toList();
      return TokenBatches.classified(
          torch, ids, types, encoder.config().firstPosition(), new int[request.batch()]);
    }
    return TokenBatches.causal(torch, ids.stream().map(StepBenchmark::labelled).toList());
  }

  private List<int[]> ids() {
    int vocabulary =
        family instanceof Llama llama
            ? llama.config().vocabSize()
            : ((Encoder) family).config().vocabSize();
    SplittableRandom random = new SplittableRandom(0);
    List<int[]> ids = new ArrayList<>();
    for (int i = 0; i < request.batch(); i++) {
      ids.add(random.ints(request.sequence(), 0, vocabulary).toArray());
    }
    return ids;
  }

  private static LabelledTokens labelled(int[] ids) {
    int[] labels = Arrays.copyOf(ids, ids.length);
    labels[0] = LabelledTokens.IGNORED;
    return new LabelledTokens(ids, labels);
  }
}
