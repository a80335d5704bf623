package dev.statecraft.training.task;

import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.pretrained.EncodedText;
import java.util.List;
import java.util.OptionalInt;

/**
 * Texts with a class each.
 *
 * @param texts the texts
 * @param classes index of each one's class
 * @param classCount number of classes
 * @param positive the class whose F1 is reported
 * @param input how the model reads them
 */
record ClassExamples(
    List<EncodedText> texts,
    List<Integer> classes,
    int classCount,
    OptionalInt positive,
    TokenInput input)
    implements ExampleSet {
  public ClassExamples {
    texts = ExampleStore.immutable(texts);
    classes = List.copyOf(classes);
    if (texts.size() != classes.size()) {
      throw new IllegalArgumentException(
          "expected a class for each text, found "
              + classes.size()
              + " for "
              + texts.size()
              + " texts");
    }
  }

  @Override
  public int[] lengths() {
    return ExampleStore.lengths(texts, EncodedText::length);
  }

  @Override
  public long labels(List<Integer> examples) {
    return examples.size();
  }

  @Override
  public HostBatch hostBatch(List<Integer> examples) {
    return TokenBatches.classified(
        input,
        examples.stream().map(index -> texts.get(index).idArray()).toList(),
        examples.stream().map(index -> texts.get(index).typeArray()).toList(),
        examples.stream().mapToInt(classes::get).toArray());
  }

  @Override
  public ClassScore score() {
    return new ClassScore(classes, classCount, positive);
  }
}
