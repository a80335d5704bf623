package dev.statecraft.models.task;

import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.VitConfig;
import dev.statecraft.models.family.ImageBatches;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Images with a class each, their pixels already scaled as the model wants them.
 *
 * @param config the model's configuration
 * @param images pixels of each image, {@code [channels, height, width]} row-major
 * @param classes index of each one's class
 * @param classCount number of classes
 */
public record ImageExamples(
    VitConfig config, List<float[]> images, List<Integer> classes, int classCount)
    implements ExampleSet {
  public ImageExamples {
    images = List.copyOf(images);
    classes = List.copyOf(classes);
    int pixels = config.numChannels() * config.imageSize() * config.imageSize();
    for (float[] image : images) {
      if (image.length != pixels) {
        throw new IllegalArgumentException(
            "expected images of " + pixels + " values, found one of " + image.length);
      }
    }
    if (images.size() != classes.size()) {
      throw new IllegalArgumentException(
          "expected a class for each image, found "
              + classes.size()
              + " for "
              + images.size()
              + " images");
    }
  }

  @Override
  public int[] lengths() {
    int[] lengths = new int[images.size()];
    Arrays.fill(lengths, config.numPatches() + 1);
    return lengths;
  }

  @Override
  public long labels(List<Integer> examples) {
    return examples.size();
  }

  @Override
  public HostBatch hostBatch(List<Integer> examples) {
    int pixels = images.get(0).length;
    float[] joined = new float[examples.size() * pixels];
    for (int i = 0; i < examples.size(); i++) {
      System.arraycopy(images.get(examples.get(i)), 0, joined, i * pixels, pixels);
    }
    int[] chosen = examples.stream().mapToInt(classes::get).toArray();
    return ImageBatches.classified(config, joined, chosen);
  }

  @Override
  public ClassScore score() {
    return new ClassScore(classes, classCount, OptionalInt.empty());
  }
}
