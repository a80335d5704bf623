package dev.statecraft.training.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** A tiny model of the reference vectors, on inputs of its own, in float64. */
record TinyModel(String name, TaskModel family) {
  /** The networks on which everything is tried. */
  static final List<String> FIRST =
      List.of("llama-tiny", "llama-tied", "bert-tiny", "roberta-tiny", "vit-tiny");

  /** One of each kind of network; those that differ in names alone have their vectors. */
  static final List<String> NAMES =
      List.of(
          "llama-tiny",
          "llama-tied",
          "gemma2-tiny",
          "phi3-tiny",
          "bert-tiny",
          "roberta-tiny",
          "distilbert-tiny",
          "modernbert-tiny",
          "vit-tiny");

  static TinyModel of(String name) {
    try {
      return new TinyModel(name, TinyFamily.read(folder(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder(String name) {
    return Fixtures.file(name);
  }

  /**
   * The family's graph, in float64 from end to end: LLaMA's norm and softmax do not round to
   * float32 as those of transformers, so that derivatives can be held to float64's tolerances.
   */
  Graph graph() {
    return TinyFamily.exact(family.graph());
  }

  /** The checkpoint's weights; what it lacks starts fresh. */
  Weights weights(Torch torch, Graph graph) {
    return weights(torch, graph, DType.FLOAT64, 5);
  }

  Weights weights(Torch torch, Graph graph, DType type, long seed) {
    return weights(torch, graph, type, Quantization.NONE, seed);
  }

  Weights weights(Torch torch, Graph graph, DType type, Quantization quantization, long seed) {
    try (CheckpointSource source = CheckpointFolder.open(folder(name))) {
      return Weights.load(torch, graph, type, quantization, CheckpointWeights.of(source), seed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The checkpoint's weights, with no control parameter at zero. */
  Weights controlled(Torch torch, Graph graph) {
    return controlled(torch, graph, Quantization.NONE);
  }

  Weights controlled(Torch torch, Graph graph, Quantization quantization) {
    Weights weights = weights(torch, graph, DType.FLOAT64, quantization, 5);
    for (Parameter parameter : weights.parameters()) {
      if (parameter.role() == Parameter.Role.CONTROL) {
        boolean magnitude = parameter.name().contains("lora_magnitude_vector");
        try (Generator generator = torch.generator(parameter.name().hashCode());
            Tensor values =
                magnitude
                    ? torch.uniform(generator, DType.FLOAT64, 0.5, 1.5, parameter.sizes())
                    : torch.normal(generator, DType.FLOAT64, 0, 0.2, parameter.sizes())) {
          weights.value(parameter.name()).copyFrom(values);
        }
      }
    }
    return weights;
  }

  /** Number of examples in {@link #batch}. */
  int examples() {
    return 4;
  }

  /** All examples in one batch. */
  Batch batch(Torch torch) {
    return batch(torch, DType.FLOAT64, IntStream.range(0, examples()).toArray());
  }

  /** Some of the examples, in the order given. */
  Batch batch(Torch torch, DType type, int... chosen) {
    Optional<PixelInput> pixels = family.input().pixels();
    if (pixels.isPresent()) {
      return images(torch, pixels.get(), type, chosen);
    }
    List<int[]> ids = Arrays.stream(chosen).mapToObj(this::tokens).toList();
    if (!family.writesTexts()) {
      TokenInput input = family.input().tokens().orElseThrow();
      int kinds = Math.max(1, input.typeVocabSize());
      List<int[]> types =
          ids.stream()
              .map(seq -> IntStream.range(0, seq.length).map(t -> t % kinds).toArray())
              .toList();
      return TokenBatches.classified(input, ids, types, classes(chosen)).upload(torch, type);
    }
    return TokenBatches.causal(Arrays.stream(chosen).mapToObj(this::labelled).toList())
        .upload(torch, type);
  }

  private static int[] classes(int... chosen) {
    return Arrays.stream(chosen).map(example -> example % 3).toArray();
  }

  private Batch images(Torch torch, PixelInput input, DType type, int... chosen) {
    int size = input.size();
    float[] pixels = new float[size * chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      Random random = new Random(chosen[i]);
      for (int p = 0; p < size; p++) {
        pixels[i * size + p] = (float) random.nextGaussian();
      }
    }
    return ImageBatches.classified(input, pixels, classes(chosen)).upload(torch, type);
  }

  /** Tokens of one example; lengths differ. */
  int[] tokens(int example) {
    int[] lengths = {9, 5, 14, 9};
    return new Random(100 + example).ints(lengths[example], 3, 89).toArray();
  }

  /** One example of a causal language model: 8, 1, 12 and 0 labels. */
  LabelledTokens labelled(int example) {
    int[] ids = tokens(example);
    int[] labels = ids.clone();
    int[] ignored = {1, 4, 2, 9};
    Arrays.fill(labels, 0, ignored[example], LabelledTokens.IGNORED);
    return new LabelledTokens(ids, labels);
  }

  /** Labels of all examples together. */
  long labels() {
    return family.writesTexts()
        ? IntStream.range(0, examples()).map(i -> labelled(i).learned()).sum()
        : examples();
  }

  /** Scores before softmax. */
  double[] logits(Torch torch, Graph graph, Weights weights) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch = batch(torch);
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  /** Mean loss over all labels. */
  double loss(Torch torch, Graph graph, Weights weights) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOSS));
    try (Batch batch = batch(torch);
        Pass pass = Pass.run(plan, weights, batch, new PassOptions(1.0 / labels(), 0, false))) {
      return pass.value(TaskModel.LOSS).item();
    }
  }

  /** Loss and gradients of the mean loss over all labels, by name; dropout on with a fixed seed. */
  Map<String, double[]> gradients(Torch torch, Graph graph, Weights weights, StorePolicy policy) {
    return gradients(torch, graph, weights, LayerPolicies.uniform(policy));
  }

  /** The same with a policy for each layer. */
  Map<String, double[]> gradients(Torch torch, Graph graph, Weights weights, LayerPolicies policy) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), policy);
    Map<String, double[]> found = new LinkedHashMap<>();
    weights.flatGradients().zero();
    int[] all = IntStream.range(0, examples()).toArray();
    try (Batch batch = batch(torch, weights.computeType(), all);
        Pass pass = Pass.run(plan, weights, batch, new PassOptions(1.0 / labels(), 77, true))) {
      found.put(TaskModel.LOSS, pass.value(TaskModel.LOSS).toDoubles());
    }
    for (Parameter parameter : graph.trainableParameters()) {
      found.put(parameter.name(), weights.gradient(parameter.name()).toDoubles());
    }
    return found;
  }
}
