package dev.statecraft.training.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.PictureSource;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Pictures with a class each. They are decoded when a batch of them is laid out, on all processors,
 * and not kept.
 *
 * @param preprocessor makes of a picture what the model reads
 * @param pictures the pictures
 * @param classes index of each one's class
 * @param classCount number of classes
 * @param augmentation how training changes pictures; evaluations see them as they are
 * @param seed of the augmentation
 */
record ImageExamples(
    ImagePreprocessor preprocessor,
    List<PictureSource> pictures,
    List<Integer> classes,
    int classCount,
    Augmentation augmentation,
    long seed)
    implements ExampleSet {
  public ImageExamples {
    pictures = List.copyOf(pictures);
    classes = List.copyOf(classes);
    if (pictures.size() != classes.size()) {
      throw new IllegalArgumentException(
          "expected a class for each picture, found "
              + classes.size()
              + " for "
              + pictures.size()
              + " pictures");
    }
  }

  @Override
  public int[] lengths() {
    int[] lengths = new int[pictures.size()];
    Arrays.fill(lengths, preprocessor.input().length());
    return lengths;
  }

  @Override
  public long labels(List<Integer> examples) {
    return examples.size();
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.statecraft.base.InvalidInputException if a picture cannot be decoded
   */
  @Override
  public HostBatch hostBatch(List<Integer> examples) {
    return classified(preprocessor.pixels(examples.stream().map(pictures::get).toList()), examples);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.statecraft.base.InvalidInputException if a picture cannot be decoded
   */
  @Override
  public HostBatch hostBatch(List<Integer> examples, int epoch) {
    List<PictureSource> changed =
        examples.stream()
            .map(
                index ->
                    pictures
                        .get(index)
                        .changed(picture -> augmentation.apply(picture, seed, epoch, index)))
            .toList();
    return classified(preprocessor.pixels(changed), examples);
  }

  /** No picture is decoded. */
  @Override
  public Batch blank(Torch torch, DType computeType, List<Integer> examples) {
    return classified(new float[examples.size() * preprocessor.size()], examples)
        .upload(torch, computeType);
  }

  private HostBatch classified(float[] pixels, List<Integer> examples) {
    return ImageBatches.classified(
        preprocessor.input(), pixels, examples.stream().mapToInt(classes::get).toArray());
  }

  @Override
  public ClassScore score() {
    return new ClassScore(classes, classCount, OptionalInt.empty());
  }
}
