package dev.statecraft.training.task;

import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.PictureSource;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.List;

/**
 * The class of a picture.
 *
 * @param labels of the classes, in the order of the head's outputs
 */
public record ImageClassTask(List<String> labels) implements Task {
  public ImageClassTask {
    labels = List.copyOf(labels);
  }

  @Override
  public TaskModel model(PretrainedModel model) {
    return model.imageClassifier(labels.size());
  }

  /**
   * Pictures with a class each.
   *
   * @param classes index of each one's class
   * @param augmentation how training changes pictures
   * @param seed of the augmentation
   */
  public ExampleSet examples(
      ImagePreprocessor preprocessor,
      List<PictureSource> pictures,
      List<Integer> classes,
      Augmentation augmentation,
      long seed) {
    return new ImageExamples(preprocessor, pictures, classes, labels.size(), augmentation, seed);
  }
}
