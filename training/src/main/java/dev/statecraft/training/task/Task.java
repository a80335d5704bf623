package dev.statecraft.training.task;

import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;

/**
 * What a model is taught: which head it gets and what training makes small. How examples are laid
 * out as batches and how what comes back is scored says the {@link ExampleSet} that each task makes
 * of what it is given.
 */
public interface Task {
  /**
   * A model with the task's head and objective.
   *
   * @throws dev.statecraft.base.InvalidInputException if it is not of a kind that can be taught it
   */
  TaskModel model(PretrainedModel model);
}
