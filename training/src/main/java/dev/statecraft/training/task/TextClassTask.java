package dev.statecraft.training.task;

import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The class of a text, or of a pair.
 *
 * @param labels of the classes, in the order of the head's outputs
 * @param pooling how the head sees a sequence; empty for the model's way
 * @param positive the class whose F1 is reported
 */
public record TextClassTask(
    List<String> labels, Optional<Pooling> pooling, Optional<String> positive) implements Task {
  public TextClassTask {
    labels = List.copyOf(labels);
  }

  @Override
  public TaskModel model(PretrainedModel model) {
    return model.encoder(labels.size(), false, pooling);
  }

  /**
   * Texts with a class each.
   *
   * @param input how the model reads them
   * @param classes index of each one's class
   */
  public ExampleSet examples(TokenInput input, List<EncodedText> texts, List<Integer> classes) {
    OptionalInt index = positive.stream().mapToInt(labels::indexOf).findFirst();
    return new ClassExamples(texts, classes, labels.size(), index, input);
  }
}
