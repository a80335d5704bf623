package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Batch;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.config.BertConfig;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.config.ModelConfig;
import dev.statecraft.models.config.VitConfig;
import dev.statecraft.models.family.Encoder;
import dev.statecraft.models.family.Head;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.family.Llama;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.Vit;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A training step of a given size on a model of a given shape, with random data: what is measured
 * and what is predicted.
 *
 * @param family the model
 * @param lengths tokens of each sequence of the step; images have as many as they have
 * @param dtype of the frozen weights and the states
 */
record StepShape(ModelFamily family, List<Integer> lengths, DType dtype) {
  private static final int CLASSES = 2;

  static StepShape of(ModelConfig config, List<Integer> lengths, DType dtype) {
    return new StepShape(family(config), List.copyOf(lengths), dtype);
  }

  /** The model's graph under a method. */
  Graph tuned(MethodRecipe method) {
    return method.tuning(Models.defaults(family)).apply(family.graph());
  }

  /** The same with the dropout that its configuration asks for, as a run trains it. */
  Graph trained(MethodRecipe method) {
    return method.tuning(Models.defaults(family)).apply(family.dropout().applyTo(family.graph()));
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

  /** Labels that the loss is the mean over. */
  long labels() {
    return family instanceof Llama
        ? lengths.stream().mapToLong(length -> length - 1).sum()
        : lengths.size();
  }

  /** Every token a target for a language model; classes otherwise. */
  Batch batch(Torch torch) {
    if (family instanceof Vit vit) {
      VitConfig config = vit.config();
      int pixels = config.numChannels() * config.imageSize() * config.imageSize();
      return ImageBatches.classified(
              config, new float[lengths.size() * pixels], new int[lengths.size()])
          .upload(torch, dtype);
    }
    List<int[]> ids = ids();
    if (family instanceof Encoder encoder) {
      List<int[]> types = ids.stream().map(sequence -> new int[sequence.length]).toList();
      return TokenBatches.classified(
              ids, types, encoder.config().firstPosition(), new int[lengths.size()])
          .upload(torch, dtype);
    }
    return TokenBatches.causal(ids.stream().map(StepShape::labelled).toList()).upload(torch, dtype);
  }

  private List<int[]> ids() {
    int vocabulary =
        family instanceof Llama llama
            ? llama.config().vocabSize()
            : ((Encoder) family).config().vocabSize();
    SplittableRandom random = new SplittableRandom(0);
    List<int[]> ids = new ArrayList<>();
    for (int length : lengths) {
      ids.add(random.ints(length, 0, vocabulary).toArray());
    }
    return ids;
  }

  private static LabelledTokens labelled(int[] ids) {
    int[] labels = Arrays.copyOf(ids, ids.length);
    labels[0] = LabelledTokens.IGNORED;
    return new LabelledTokens(ids, labels);
  }
}
