package dev.statecraft.training.task;

import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.List;
import java.util.Optional;

/**
 * A number for a text, or for a pair.
 *
 * @param pooling how the head sees a sequence; empty for the model's way
 */
public record TextNumberTask(Optional<Pooling> pooling) implements Task {
  @Override
  public TaskModel model(PretrainedModel model) {
    return model.encoder(1, true, pooling);
  }

  /**
   * Texts with a number each.
   *
   * @param input how the model reads them
   */
  public ExampleSet examples(TokenInput input, List<EncodedText> texts, List<Double> numbers) {
    return new NumberExamples(texts, numbers, input);
  }
}
