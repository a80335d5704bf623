package dev.statecraft.training.task;

import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.List;

/**
 * The next token of a text.
 *
 * @param tokenAccuracy whether scores also say how many tokens are predicted, see {@link
 *     CausalExamples}
 */
public record CausalTask(boolean tokenAccuracy) implements Task {
  @Override
  public TaskModel model(PretrainedModel model) {
    return model.causalLm();
  }

  /** Texts to learn. */
  public ExampleSet examples(List<LabelledTokens> texts) {
    return new CausalExamples(texts, tokenAccuracy);
  }
}
